from __future__ import annotations

import asyncio
import re
import unicodedata
from contextlib import aclosing
from typing import TYPE_CHECKING, Self

import structlog

from schema.commands import FileSource
from schema.errors import Rejected, Transient
from services.api.problems import needing
from services.runtime.blobs import TooLarge

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator

    from services.runtime.blobs import Blobs, Staged

log = structlog.get_logger()
#: Readers of PDF accept bytes before the header, so many at most.
HEADER_WITHIN = 1024
HEADER = b"%PDF-"
LONGEST_FILENAME = 255
#: Nobody sees these, and some turn the text around them: control, format, surrogate, line and paragraph separators.
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


class Uploads:
    """PDFs of one request on their way into the blob store: all are kept, or none.

    As a context manager: whatever was staged and not kept when it is left is discarded, however it is left.
    """

    def __init__(self, blobs: Blobs, limit_bytes: int) -> None:
        self._blobs, self._limit_bytes = blobs, limit_bytes
        self._staged: list[Staged] = []

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc: object) -> None:
        if self._staged:
            await asyncio.shield(asyncio.create_task(self._discard()))

    async def stage(self, filename: str, chunks: AsyncIterator[bytes]) -> FileSource | None:
        """Stream a PDF into the store. None for the empty part that a browser sends when no file was chosen.

        Raises Rejected for what is no PDF or too large, and Unavailable when the store is away.
        """
        name = clean_filename(filename)
        head = b""
        async for chunk in chunks:
            head += chunk
            if len(head) >= HEADER_WITHIN + len(HEADER):
                break
        if not head and not filename:
            return None
        if HEADER not in head[: HEADER_WITHIN + len(HEADER)]:
            raise Rejected("not-a-pdf", f"“{name}” does not begin like a PDF; send the heat sheet as a PDF file")
        async with aclosing(_chain(head, chunks)) as whole:
            try:
                with needing("blob-store-unavailable"):
                    staged = await self._blobs.stage(whole, self._limit_bytes)
            except TooLarge as large:
                raise Rejected(
                    large.slug,
                    f"“{name}” is larger than {self._limit_bytes / 1_000_000:g} MB; send a smaller PDF, or a link",
                ) from None
        self._staged.append(staged)
        return FileSource(checksum=staged.checksum, filename=name)

    async def keep(self) -> None:
        """Give every staged PDF its name. Raises Unavailable."""
        with needing("blob-store-unavailable"):
            while self._staged:
                await self._blobs.keep(self._staged[0])
                del self._staged[0]

    async def _discard(self) -> None:
        for staged in self._staged:
            try:
                await self._blobs.discard(staged)
            except Transient as away:
                log.warning("blob.left_behind", key=staged.key, error=str(away))


def clean_filename(given: str) -> str:
    """A file name as plain text: without its path and without what cannot be seen, 1 to 255 characters."""
    last = re.split(r"[/\\]", given)[-1]
    seen = "".join(character for character in last if unicodedata.category(character) not in _UNSEEN).strip()
    return seen[:LONGEST_FILENAME].strip() or "unnamed.pdf"


async def _chain(head: bytes, chunks: AsyncIterator[bytes]) -> AsyncGenerator[bytes, None]:
    yield head
    async for chunk in chunks:
        yield chunk
