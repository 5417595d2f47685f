from __future__ import annotations

import asyncio
import zlib
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

import httpx2

from schema.errors import JobFault
from schema.states import ErrorCode
from services.runtime.clock import now
from services.worker import transport
from services.worker.addresses import blocked, checked_url

#: A PDF's header may follow some bytes of junk; readers look for it this far.
HEADER_WITHIN = 1024
HEADER = b"%PDF-"
_ASK = {
    "user-agent": "Heatstream/0.1 (reads heat sheets)",
    "accept": "application/pdf, */*;q=0.5",
    "accept-encoding": "gzip",
}
_PLAIN, _GZIP = ("", "identity"), ("gzip", "x-gzip")
_ZLIB_GZIP = 31  # zlib's number for "a gzip header must be there"
_STATUS_FAULTS = {
    401: (ErrorCode.NOT_FOUND, "The site wants a login for this link."),
    403: (ErrorCode.NOT_FOUND, "The site does not give this file to us."),
    404: (ErrorCode.NOT_FOUND, "There is nothing at this link."),
    408: (ErrorCode.TIMEOUT, "The site took too long to answer."),
    410: (ErrorCode.NOT_FOUND, "The file behind this link was removed."),
    429: (ErrorCode.RATE_LIMIT, "The site asks us to slow down."),
    504: (ErrorCode.TIMEOUT, "The site took too long to answer."),
}


@dataclass(frozen=True, slots=True)
class DownloadLimits:
    """Bounds of one download. Times are in seconds, `most_bytes` counts decoded and raw bytes alike."""

    most_bytes: int
    connect_seconds: float = 5
    read_seconds: float = 15
    total_seconds: float = 60
    most_redirects: int = 5


class Downloader:
    """Fetches a PDF from a public address. `resolve` looks hosts up; `allowed_hosts` are exempt from the guard."""

    def __init__(
        self,
        limits: DownloadLimits,
        *,
        allowed_hosts: frozenset[str] = frozenset(),
        resolve: transport.Resolve = transport.resolve,
    ) -> None:
        self._limits, self._allowed_hosts, self._resolve = limits, allowed_hosts, resolve
        self._tls = httpx2.create_ssl_context(trust_env=False)

    async def fetch(self, link: str) -> bytes:
        """The whole PDF. Raises JobFault with the code that says whether another try is worth it."""
        client = httpx2.AsyncClient(
            transport=transport.GuardedTransport(self._tls, self._resolve, self._allowed_hosts),
            timeout=httpx2.Timeout(self._limits.read_seconds, connect=self._limits.connect_seconds),
            headers=_ASK,
            trust_env=False,
        )
        try:
            async with asyncio.timeout(self._limits.total_seconds), client:
                return await self._follow(client, link)
        except (TimeoutError, httpx2.TimeoutException) as late:
            raise JobFault(ErrorCode.TIMEOUT, "The site took too long to answer.") from late
        except httpx2.TransportError as failed:
            raise JobFault(ErrorCode.NETWORK_ERROR, "The connection to the site failed.") from failed

    async def _follow(self, client: httpx2.AsyncClient, link: str) -> bytes:
        """Redirects by hand; the transport checks each as it checked the first link."""
        url = checked_url(link, self._allowed_hosts)
        for _ in range(self._limits.most_redirects + 1):
            async with client.stream("GET", url, follow_redirects=False) as response:
                if not response.has_redirect_location:
                    return await self._pdf(response)
                try:
                    url = url.join(response.headers["location"])
                except httpx2.InvalidURL:
                    raise blocked("The site sent us on to something that is not a web address.") from None
        raise JobFault(ErrorCode.NOT_FOUND, "The link sends us on and on without an end.")

    async def _pdf(self, response: httpx2.Response) -> bytes:
        """The decoded body. We decode ourselves, because one chunk of nested gzip can unfold to gigabytes."""
        _check_status(response)
        most, unpack = self._limits.most_bytes, _unpacker(response)
        if int(response.headers.get("content-length", "0")) > most:
            raise _too_large(most)
        body, raw = bytearray(), 0
        async for part in response.aiter_raw():
            raw += len(part)
            try:
                body += part if unpack is None else unpack.decompress(part, most + 1)
            except zlib.error:
                raise JobFault(ErrorCode.INVALID_PDF, "The site sent the file damaged.") from None
            if max(raw, len(body)) > most:
                raise _too_large(most)
            if len(body) >= HEADER_WITHIN:
                _check_header(body, response)
        _check_header(body, response)
        if unpack is not None and not unpack.eof:
            raise JobFault(ErrorCode.NETWORK_ERROR, "The site sent only a part of the file.")
        return bytes(body)


def _check_status(response: httpx2.Response) -> None:
    status = response.status_code
    if response.is_success:
        return
    if status in _STATUS_FAULTS:
        code, sentence = _STATUS_FAULTS[status]
    elif response.is_server_error:
        code, sentence = ErrorCode.SERVICE_UNAVAILABLE, f"The site has a problem of its own (it answered {status})."
    else:
        code, sentence = ErrorCode.NOT_FOUND, f"The site gave no file for this link (it answered {status})."
    raise JobFault(code, sentence, retry_after_seconds(response.headers.get("retry-after")))


def retry_after_seconds(header: str | None) -> float | None:
    """Seconds from now that a `Retry-After` asks for, given as a number or a date; None where it says nothing."""
    if header is None:
        return None
    if header.isascii() and header.isdigit():
        return float(header[:9])
    try:
        return max(0.0, (parsedate_to_datetime(header) - now()).total_seconds())
    except (TypeError, ValueError):
        return None


def _unpacker(response: httpx2.Response) -> zlib._Decompress | None:
    encoding = response.headers.get("content-encoding", "").strip().lower()
    if encoding not in _PLAIN + _GZIP:
        raise JobFault(ErrorCode.INVALID_PDF, "The site sent the file in an encoding that we did not ask for.")
    return zlib.decompressobj(_ZLIB_GZIP) if encoding in _GZIP else None


def _check_header(body: bytearray, response: httpx2.Response) -> None:
    if HEADER in body[:HEADER_WITHIN]:
        return
    if "html" in response.headers.get("content-type", ""):
        raise JobFault(ErrorCode.INVALID_PDF, "The link leads to a web page; use the link of the PDF itself.")
    raise JobFault(ErrorCode.INVALID_PDF, "The file behind the link is not a PDF.")


def _too_large(most: int) -> JobFault:
    return JobFault(ErrorCode.TOO_LARGE, f"The PDF is larger than {most / 1_000_000:g} MB.")
