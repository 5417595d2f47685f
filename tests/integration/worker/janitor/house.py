"""A past to tidy up after, and the chores that do it."""

from __future__ import annotations

import asyncio
import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from schema.commands import FileSource
from schema.events import BatchEvent, BatchSubmitted, Job
from schema.identity import job_id
from services.runtime.clock import now
from services.runtime.topology import COMMANDS, events_queue
from services.worker.dispatch import Dispatch
from services.worker.janitor.expiry import Expiry
from services.worker.janitor.lost_jobs import LostJobs
from services.worker.janitor.orphans import Orphans
from tests.conftest import execute
from tests.integration.worker.rig import Rig

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from uuid import UUID

    from services.runtime.database import Database
    from services.runtime.event_publisher import EventPublisher
    from services.runtime.publisher import Publisher
    from services.worker.janitor.depths import Depths
    from services.worker.settings import WorkerSettings
    from tests.integration.projector.rig import Rig as Said

LOST_SECONDS = 900
DAY_SECONDS = 24 * 3600


class House:
    """The parts that chores are made of."""

    def __init__(self, database: Database, publisher: Publisher, events: EventPublisher, depths: Depths) -> None:
        self.database, self.dispatch, self.events, self.depths = database, Dispatch(publisher), events, depths

    def lost_jobs(self, *queues: str) -> LostJobs:
        waiting = partial(self.depths.waiting, *queues)
        return LostJobs(database=self.database, dispatch=self.dispatch, waiting=waiting, lost_seconds=LOST_SECONDS)

    def expiry(self, unread: Callable[[], Awaitable[int]] | None = None) -> Expiry:
        unread = unread or partial(self.depths.waiting, events_queue(0))
        return Expiry(database=self.database, events=self.events, unread=unread)

    def orphans(self, rig: Rig, look_again_seconds: float = 0) -> Orphans:
        return Orphans(
            database=self.database,
            blobs=rig.blobs,
            reader_version="stub-1",
            waiting=partial(self.depths.waiting, COMMANDS, events_queue(0)),
            hours=24,
            look_again_seconds=look_again_seconds,
        )


async def told(said: Said, batch: UUID, *events: BatchEvent) -> None:
    """Say these, and return once they are recorded; what the projector adds by itself comes on top."""
    (before,) = await said.rows("SELECT count(*)::int FROM batch_events")
    await said.say(batch, *events)
    await said.until(f"SELECT count(*) >= {before + len(events)} FROM batch_events", True)  # noqa: S608, FBT003 - ours


async def past_the_trigger(database_url: str, statement: str) -> None:
    """Run a statement on a log that refuses every change."""
    await execute(database_url, f"SET session_replication_role = replica; {statement}")


async def silent(database_url: str, seconds: int = LOST_SECONDS + 1) -> None:
    """As if so much time had passed since all was recorded."""
    earlier = f"UPDATE batch_events SET recorded_at = recorded_at - INTERVAL '{seconds} seconds'"  # noqa: S608 - ours
    await past_the_trigger(database_url, earlier)


async def waits(rig: Rig, queue: str) -> None:
    """Return once the broker counts a message of this queue."""
    async with asyncio.timeout(20):
        while not (await rig.channel.declare_queue(queue, passive=True)).declaration_result.message_count:  # noqa: ASYNC110 - the broker counts
            await asyncio.sleep(0.02)


def of_a_file(batch: UUID, checksum: str) -> BatchSubmitted:
    source = FileSource(checksum=checksum, filename="sheet.pdf")
    return BatchSubmitted(swimmer_name="Nora Quill", jobs=(Job(job_id=job_id(batch, 1), sequence=1, source=source),))


def folder(settings: WorkerSettings) -> Path:
    return Path(urlsplit(settings.blob_url).path)


def stored(settings: WorkerSettings) -> list[str]:
    top = folder(settings)
    return sorted(path.relative_to(top).as_posix() for path in top.rglob("*") if path.is_file())


def aged(settings: WorkerSettings, seconds: float = DAY_SECONDS + 60) -> None:
    """As if everything in the store had been put there so long ago."""
    for path in folder(settings).rglob("*"):
        os.utime(path, (now().timestamp() - seconds,) * 2)


async def swept(orphans: Orphans) -> int:
    """What a whole listing, its end, and a second look make of the store."""
    return sum([await orphans.sweep() for _ in range(4)])
