from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine

    from services.worker.extraction.kept import KeptSheet
    from services.worker.reader import Reader
    from services.worker.shelf import Shelf
    from services.worker.work_lock import WorkLock


class Reading:
    """One reading of one PDF under way, for all jobs that wait for it."""

    def __init__(self, work: Callable[[Reading], Coroutine[None, None, None]]) -> None:
        self._loop = asyncio.get_running_loop()
        self._sheet: asyncio.Future[KeptSheet] = self._loop.create_future()
        self._news: asyncio.Future[None] = self._loop.create_future()
        self._sentence = ""
        self._work = asyncio.create_task(work(self))
        self._work.add_done_callback(_look_at)
        self.waiting = 0
        #: False where another worker had it read before this one could begin.
        self.is_new = True

    def has(self, sheet: KeptSheet, *, is_new: bool) -> None:
        self.is_new = is_new
        self._sheet.set_result(sheet)

    def tell(self, sentence: str) -> None:
        """Say how far it is."""
        self._sentence = sentence
        self._news.set_result(None)
        self._news = self._loop.create_future()

    async def sheet(self, told: Callable[[str], Awaitable[None]]) -> KeptSheet:
        """Once it is read; meanwhile each job is told how far it is, as fast as it listens.

        Raises JobFault and Transient. Cancelling this leaves the reading to the others.
        """
        heard = ""
        while not (self._sheet.done() or self._work.done()):
            news = self._news
            if self._sentence != heard:
                heard = self._sentence
                await told(heard)
            else:
                await asyncio.wait((self._sheet, self._work, news), return_when=asyncio.FIRST_COMPLETED)
        if not self._sheet.done():
            self._work.result()
        return self._sheet.result()

    async def kept(self) -> None:
        """Return once the next swimmer finds it on the shelf, or cannot."""
        await asyncio.wait((self._work,))

    async def stop(self) -> None:
        self._work.cancel()
        await asyncio.wait((self._work,))


class Readings:
    """Reads a PDF once for all jobs that want it at the same time, in this worker and in others."""

    def __init__(self, *, reader: Reader, shelf: Shelf, lock: WorkLock) -> None:
        self._reader, self._shelf, self._lock = reader, shelf, lock
        self._under_way: dict[str, Reading] = {}

    @asynccontextmanager
    async def of(self, checksum: str, pdf: bytes, *, came_by_link: bool) -> AsyncIterator[Reading]:
        """The reading of this PDF, begun unless it is under way; the last to leave ends it."""
        reading = self._under_way.get(checksum)
        if reading is None:
            reading = self._under_way[checksum] = Reading(
                partial(self._read_and_keep, checksum, pdf, came_by_link=came_by_link)
            )
        reading.waiting += 1
        try:
            yield reading
        finally:
            reading.waiting -= 1
            if not reading.waiting:
                if self._under_way.get(checksum) is reading:
                    del self._under_way[checksum]
                await reading.stop()

    async def _read_and_keep(self, checksum: str, pdf: bytes, reading: Reading, *, came_by_link: bool) -> None:
        async with self._lock.held(checksum):
            sheet = await self._shelf.reading(checksum)  # another worker may have read it just now
            if sheet is not None:
                reading.has(sheet, is_new=False)
                return
            sheet = await self._reader.read(pdf, reading.tell)
            reading.has(sheet, is_new=True)
            await self._shelf.keep(checksum, sheet, pdf if came_by_link else None)


def _look_at(work: asyncio.Task[None]) -> None:
    """Take note of its failure: those who waited for it may all be gone."""
    if not work.cancelled():
        work.exception()
