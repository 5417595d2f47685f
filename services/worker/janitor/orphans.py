from __future__ import annotations

import re
import time
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

from services.runtime.clock import now
from services.runtime.queries import query

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
    from datetime import datetime

    from services.runtime.blobs import Blobs, Stored
    from services.runtime.database import Database

log = structlog.get_logger()
PAGE = 1000
#: What was a submit under way at the first look is a batch by the second.
LOOK_AGAIN_SECONDS = 20.0
_STAGED = re.compile(r"incoming/[0-9a-f-]{36}")
_PDF = re.compile(r"pdfs/(?P<checksum>[0-9a-f]{32})")
_READING = re.compile(r"readings/(?P<version>[^/]+)/(?P<checksum>[0-9a-f]{32})\.json")


class Orphans:
    """Deletes bytes that no live batch refers to: sheets, their readings, uploads that were never finished.

    A page of the store a round. An object goes when two looks, at least `look_again_seconds` apart, found it older
    than `hours`, unchanged and unreferred to, and found no command or event waiting that might refer to it: after a
    long silence of workers or projector a batch may be days old and not recorded yet. Readings by another version of
    the reader go by their age alone. `waiting` is how many such messages there are.
    """

    def __init__(  # noqa: PLR0913 - what decides whether bytes go, by name
        self,
        *,
        database: Database,
        blobs: Blobs,
        reader_version: str,
        waiting: Callable[[], Awaitable[int]],
        hours: float,
        look_again_seconds: float = LOOK_AGAIN_SECONDS,
    ) -> None:
        self._database, self._blobs, self._reader_version = database, blobs, reader_version
        self._waiting, self._age, self._look_again_seconds = waiting, timedelta(hours=hours), look_again_seconds
        self._pages: AsyncIterator[list[Stored]] | None = None
        self._suspects: list[Stored] = []
        self._looked_at = 0.0

    async def sweep(self) -> int:
        """How many objects were deleted. Raises Transient."""
        if await self._waiting():
            self._suspects = []  # they are found again when the listing comes by
            return 0
        if self._suspects and time.monotonic() - self._looked_at < self._look_again_seconds:
            return 0
        before = now() - self._age
        deleted = await self._delete(before)
        page = await self._page()
        if page is None:
            deleted += await self._blobs.drop_unfinished(before)
        self._suspects = await self._orphaned(page or (), before)
        self._looked_at = time.monotonic()
        return deleted

    async def _delete(self, before: datetime) -> int:
        suspects, self._suspects = self._suspects, []
        deleted = 0
        for suspect in await self._orphaned(suspects, before):
            # A sheet that is uploaded again is a new object with the time of that upload, seen here; only one that
            # comes within this last round trip is lost, and its job says that it is to be uploaded again.
            if await self._blobs.modified_at(suspect.key) == suspect.modified_at:
                await self._blobs.delete(suspect.key)
                deleted += 1
                log.info("blob.deleted", key=suspect.key, bytes=suspect.size)
        return deleted

    async def _page(self) -> list[Stored] | None:
        """The next page of the store; None at its end, after which it begins anew."""
        pages, self._pages = self._pages or self._blobs.listed(PAGE), None
        page = await anext(pages, None)  # a listing that broke off is not gone on with
        if page is not None:
            self._pages = pages
        return page

    async def _orphaned(self, objects: Iterable[Stored], before: datetime) -> list[Stored]:
        """Those that may go, as far as age and tables tell. An object of another shape is not ours."""
        orphaned: list[Stored] = []
        asked: dict[Stored, str] = {}
        for stored in objects:
            if stored.modified_at >= before:
                continue
            reading = _READING.fullmatch(stored.key)
            if _STAGED.fullmatch(stored.key) or (reading and reading["version"] != self._reader_version):
                orphaned.append(stored)
            elif sheet := reading or _PDF.fullmatch(stored.key):
                asked[stored] = sheet["checksum"]
        if asked:
            async with self._database.connection() as connection:
                rows = await connection.fetch(query("worker_live_checksums"), set(asked.values()))
            live = {row["file_checksum"] for row in rows}
            orphaned += [stored for stored, checksum in asked.items() if checksum not in live]
        return orphaned
