from __future__ import annotations

import asyncio
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
    """Readings of whole sheets, kept by checksum for the next swimmer. Without its blob store it is empty."""

    def __init__(self, blobs: Blobs, reader_version: str) -> None:
        self._blobs, self._version = blobs, reader_version

    async def reading(self, checksum: str) -> KeptSheet | None:
        kept: bytes | None = None
        async with _spared("read"):
            kept = await self._blobs.reading(checksum, self._version)
        if kept is None:
            return None
        try:
            return await asyncio.to_thread(KeptSheet, kept)
        except Damaged:
            log.warning("shelf.unreadable", checksum=checksum)  # damaged; the sheet is read and kept again
            return None

    async def keep(self, checksum: str, sheet: KeptSheet, pdf: bytes | None) -> None:
        """Keep a reading, and first the bytes of a PDF that came by a link."""
        async with _spared("write"):
            if pdf is not None:
                await self._blobs.keep(await self._blobs.stage(_one(pdf), len(pdf)))
            await self._blobs.keep_reading(checksum, self._version, sheet.document)


@asynccontextmanager
async def _spared(action: str) -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            yield
    except (Transient, TimeoutError) as away:
        log.warning("shelf.away", action=action, error=repr(away))


async def _one(body: bytes) -> AsyncIterator[bytes]:
    yield body
