from __future__ import annotations

from typing import TYPE_CHECKING

from schema.errors import JobFault
from schema.states import ErrorCode
from services.runtime.web import transport
from services.runtime.web.answers import check_status
from services.runtime.web.body import bounded
from services.runtime.web.fetching import Fetcher
from services.runtime.web.fetching import FetchLimits as DownloadLimits

if TYPE_CHECKING:
    import httpx2

__all__ = ["DownloadLimits", "Downloader"]

#: A PDF's header may follow some bytes of junk; readers look for it this far.
HEADER_WITHIN = 1024
HEADER = b"%PDF-"
_ACCEPT = "application/pdf, */*;q=0.5"


class Downloader:
    """Fetches a PDF from a public address. `resolve` looks hosts up; `allowed_hosts` are exempt from the guard."""

    def __init__(
        self,
        limits: DownloadLimits,
        *,
        allowed_hosts: frozenset[str] = frozenset(),
        resolve: transport.Resolve = transport.resolve,
    ) -> None:
        self._fetcher = Fetcher(limits, allowed_hosts=allowed_hosts, resolve=resolve)

    async def fetch(self, link: str) -> bytes:
        """The whole PDF. Raises JobFault with the code that says whether another try is worth it."""
        return await self._fetcher.fetch(link, self._pdf, accept=_ACCEPT)

    async def _pdf(self, response: httpx2.Response) -> bytes:
        """What begins as a PDF does, whatever its header says; what does not is not read to its end."""
        check_status(response)
        body = bytearray()
        async for piece in bounded(response, self._fetcher.limits.most_bytes):
            body += piece
            if len(body) >= HEADER_WITHIN:
                _check_header(body, response)
        _check_header(body, response)
        return bytes(body)


def _check_header(body: bytearray, response: httpx2.Response) -> None:
    if HEADER in body[:HEADER_WITHIN]:
        return
    if "html" in response.headers.get("content-type", ""):
        raise JobFault(ErrorCode.INVALID_PDF, "The link leads to a web page; use the link of the PDF itself.")
    raise JobFault(ErrorCode.INVALID_PDF, "The file behind the link is not a PDF.")
