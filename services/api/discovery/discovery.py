from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from schema.errors import JobFault, Rejected
from schema.states import ErrorCode
from services.api.discovery.candidates import only
from services.api.discovery.heads import MOST_ASKED, Head, ask_heads, size_told
from services.api.discovery.page_reader import PageReader
from services.api.discovery.view import view
from services.api.problems import Unavailable
from services.api.uploads import HEADER, HEADER_WITHIN
from services.runtime.web.answers import check_status
from services.runtime.web.body import bounded
from services.runtime.web.fetching import Fetcher, FetchLimits

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    import httpx2

    from schema.discovery import DiscoveredView
    from services.api.settings import ApiSettings

MOST_PAGE_BYTES = 10_000_000
PAGE_SECONDS = 15
HEAD_SECONDS = 4
#: Pages that are looked through at a time, and how long another one waits for its turn.
AT_ONCE = 4
BUSY_SECONDS = 2
_ACCEPT = "text/html, application/xhtml+xml, application/pdf;q=0.9, */*;q=0.5"
_HTML = frozenset({"text/html", "application/xhtml+xml"})
_HTML_BEGINS = (b"<!doctype html", b"<html", b"<head", b"<body")
_BY_HAND = "open it in a browser, and copy the links of the PDFs"


@dataclass(frozen=True, slots=True)
class _Fetched:
    """What a link gave, under the address that it was found at in the end. A PDF is not read further than its head."""

    url: str
    content_type: str
    body: bytes
    size_bytes: int | None

    @property
    def is_pdf(self) -> bool:
        return HEADER in self.body[:HEADER_WITHIN]

    @property
    def is_html(self) -> bool:
        """By the type that is told; where that says nothing, by how it begins."""
        told = self.content_type.split(";")[0].strip().lower()
        head = self.body[:HEADER_WITHIN].lower()
        return told in _HTML or (told in ("", "text/plain") and any(sign in head for sign in _HTML_BEGINS))


class Discovery:
    """Finds the PDFs that a meet page links to. Fetches from public addresses only, as a download does."""

    def __init__(self, settings: ApiSettings) -> None:
        def fetcher(most_bytes: int, total_seconds: float) -> Fetcher:
            limits = FetchLimits(
                most_bytes,
                settings.download_connect_seconds,
                settings.download_read_seconds,
                total_seconds,
                settings.max_redirects,
            )
            return Fetcher(limits, allowed_hosts=settings.allowed_hosts)

        #: A link may be a PDF, of which no more than the head is read.
        self._pages = fetcher(max(MOST_PAGE_BYTES, settings.max_pdf_bytes), PAGE_SECONDS)
        self._files = fetcher(0, HEAD_SECONDS)
        self._reader, self._turns = PageReader(), asyncio.Semaphore(AT_ONCE)

    async def find(self, link: str) -> DiscoveredView:
        """The PDFs behind a link. Raises Rejected with what is wrong with it, Unavailable when too many are asked."""
        async with self._turn():
            fetched = await self._fetch(link)
            if fetched.is_pdf:
                told = {link: Head(is_pdf=True, size_bytes=fetched.size_bytes)}
                return view(fetched.url, only(link, fetched.url), told)
            if not fetched.is_html:
                raise Rejected("not-a-page", f"this is neither a web page nor a PDF; {_BY_HAND}")
            page = await self._reader.read(fetched.body, fetched.url, fetched.content_type)
            best = [candidate.url for candidate in page.candidates[:MOST_ASKED]]
            return view(fetched.url, page, await ask_heads(self._files, best))

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(BUSY_SECONDS):
                await self._turns.acquire()
        except TimeoutError:
            raise Unavailable("discovery-busy") from None
        try:
            yield
        finally:
            self._turns.release()

    async def _fetch(self, link: str) -> _Fetched:
        try:
            return await self._pages.fetch(link, self._read, accept=_ACCEPT)
        except JobFault as fault:
            raise _refusal(fault) from fault

    async def _read(self, response: httpx2.Response) -> _Fetched:
        check_status(response)
        body = bytearray()
        async for piece in bounded(response, self._pages.limits.most_bytes):
            body += piece
            if HEADER in body[:HEADER_WITHIN]:
                break
            if len(body) > MOST_PAGE_BYTES:
                raise JobFault(ErrorCode.TOO_LARGE, "The page is too large.")
        content_type = response.headers.get("content-type", "")
        return _Fetched(str(response.url), content_type, bytes(body), size_told(response))


def _refusal(fault: JobFault) -> Rejected:
    """What a page's fetch ended with, in the gateway's words."""
    sentence = fault.sentence[0].lower() + fault.sentence[1:].rstrip(".")
    match fault.code:
        case ErrorCode.BLOCKED_URL:
            return Rejected("link-blocked", f"{sentence}; give the page's public address, or hand in the PDFs as files")
        case ErrorCode.NOT_FOUND:
            return Rejected("page-not-found", f"{sentence}; open the page in a browser, and copy its address anew")
        case ErrorCode.TOO_LARGE:
            return Rejected("page-too-large", f"a page may have {MOST_PAGE_BYTES / 1_000_000:g} MB; {_BY_HAND}")
        case ErrorCode.INVALID_PDF:
            return Rejected("not-a-page", f"{sentence}; {_BY_HAND}")
        case _:
            return Rejected("site-unreachable", f"{sentence}; try again in a minute, or hand in the PDFs as files")
