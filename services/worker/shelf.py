from __future__ import annotations

import asyncio
from collections import OrderedDict
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import structlog

from schema.errors import Transient
from services.worker.extraction.kept import Damaged, KeptSheet

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from services.runtime.blobs import Blobs

log = structlog.get_logger()
#: A slow store costs a job no more than this: what is kept only saves work.
PATIENCE_SECONDS = 10


class Shelf:
    """Readings of whole sheets, kept by checksum for the next swimmer; the latest are open, too.

    Without its blob store it has no more than those.
    """

    def __init__(self, blobs: Blobs, reader_version: str, most_open_bytes: int = 32_000_000) -> None:
        self._blobs, self._version, self._most_open_bytes = blobs, reader_version, most_open_bytes
        self._open: OrderedDict[str, KeptSheet] = OrderedDict()

    async def reading(self, checksum: str) -> KeptSheet | None:
        if checksum in self._open:
            self._open.move_to_end(checksum)
            return self._open[checksum]
        kept: bytes | None = None
        async with _spared("read"):
            kept = await self._blobs.reading(checksum, self._version)
        if kept is None:
            return None
        try:
            return self._opened(checksum, await asyncio.to_thread(KeptSheet, kept))
        except Damaged:
            log.warning("shelf.unreadable", checksum=checksum)  # damaged; the sheet is read and kept again
            return None

    async def keep(self, checksum: str, sheet: KeptSheet, pdf: bytes | None) -> None:
        """Keep a reading, and first the bytes of a PDF that came by a link."""
        self._opened(checksum, sheet)
        async with _spared("write"):
            if pdf is not None:
                await self._blobs.keep(await self._blobs.stage(_one(pdf), len(pdf)))
            await self._blobs.keep_reading(checksum, self._version, sheet.document)

    async def drop(self, checksum: str) -> None:
        """A reading turned out to be damaged: nobody is to find it again."""
        self._open.pop(checksum, None)
        async with _spared("write"):
            await self._blobs.keep_reading(checksum, self._version, b"")

    def _opened(self, checksum: str, sheet: KeptSheet) -> KeptSheet:
        self._open[checksum] = sheet
        self._open.move_to_end(checksum)
        while sum(len(other.document) for other in self._open.values()) > self._most_open_bytes:
            self._open.popitem(last=False)
        return sheet


@asynccontextmanager
async def _spared(action: str) -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            yield
    except (Transient, TimeoutError) as away:
        log.warning("shelf.away", action=action, error=repr(away))


async def _one(body: bytes) -> AsyncIterator[bytes]:
    yield body
