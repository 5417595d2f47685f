from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from schema.errors import JobFault
from schema.states import ErrorCode
from services.api.discovery.addresses import names_pdf

if TYPE_CHECKING:
    from collections.abc import Iterable

    import httpx2

    from services.runtime.web.fetching import Fetcher

#: Links that are asked about, best first, so many at a time: most lead to one site, which is not ours to hurry.
MOST_ASKED = 60
AT_ONCE = 6
#: For all of them together: who asked waits for it.
ALL_SECONDS = 6


@dataclass(frozen=True, slots=True)
class Head:
    """What a site says of a link without sending it; None is unknown."""

    is_pdf: bool | None = None
    size_bytes: int | None = None
    blocked: bool = False


async def ask_heads(files: Fetcher, urls: Iterable[str]) -> dict[str, Head]:
    """What could be learned in the time; a site that refuses is no error."""
    turns, heads = asyncio.Semaphore(AT_ONCE), dict[str, Head]()

    async def ask(url: str) -> None:
        async with turns:
            try:
                heads[url] = await files.fetch(url, _head, accept="*/*", encodings="identity", method="HEAD")
            except JobFault as fault:
                heads[url] = Head(blocked=fault.code is ErrorCode.BLOCKED_URL)

    with suppress(TimeoutError):
        async with asyncio.timeout(ALL_SECONDS), asyncio.TaskGroup() as asked:
            for url in urls:
                asked.create_task(ask(url))
    return heads


async def _head(response: httpx2.Response) -> Head:
    if not response.is_success:
        return Head()
    is_pdf = _is_pdf(response)
    return Head(is_pdf, None if is_pdf is False else size_told(response))


def size_told(response: httpx2.Response) -> int | None:
    """The size of what is behind a link in bytes, where its site tells it plainly."""
    length = response.headers.get("content-length", "")
    packed = response.headers.get("content-encoding", "identity") != "identity"
    return int(length) if length.isascii() and length.isdigit() and len(length) < 13 and not packed else None  # noqa: PLR2004 - a terabyte


def _is_pdf(response: httpx2.Response) -> bool | None:
    """By the type that is told; one that could be anything leaves it to the address."""
    match response.headers.get("content-type", "").split(";")[0].strip().lower():
        case "application/pdf" | "application/x-pdf":
            return True
        case "" | "application/octet-stream" | "binary/octet-stream" | "application/force-download":
            return True if names_pdf(str(response.url)) else None
        case _:
            return False
