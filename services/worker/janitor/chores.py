from __future__ import annotations

from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING

from services.runtime.topology import COMMANDS, JOBS, events_queue, retry_queues
from services.worker.janitor.depths import Depths
from services.worker.janitor.expiry import Expiry
from services.worker.janitor.janitor import Janitor
from services.worker.janitor.lost_jobs import LostJobs
from services.worker.janitor.orphans import Orphans
from services.worker.janitor.turn import APPLICATION, Turn

if TYPE_CHECKING:
    import asyncio
    from collections.abc import AsyncIterator, Mapping

    from services.runtime.blobs import Blobs
    from services.runtime.database import Database
    from services.runtime.event_publisher import EventPublisher
    from services.worker.dispatch import Dispatch
    from services.worker.janitor.janitor import Chore
    from services.worker.settings import WorkerSettings


@asynccontextmanager
async def keeping_house(  # noqa: PLR0913 - the parts of a worker that the chores need, by name
    settings: WorkerSettings,
    *,
    database: Database,
    events: EventPublisher,
    dispatch: Dispatch,
    blobs: Blobs,
    reader_version: str,
    sweeps: Mapping[str, Chore],
    called: asyncio.Event,
) -> AsyncIterator[Janitor]:
    """A worker's janitor at work. `sweeps` are chores besides its own, by the name that logs and counts have.

    `called` is set by who wants a round at once.
    """
    async with AsyncExitStack() as stack:
        depths = await stack.enter_async_context(Depths(settings.amqp_url.get_secret_value(), APPLICATION))
        turn = await stack.enter_async_context(Turn(settings.database_url.get_secret_value()))
        unread = tuple(events_queue(partition) for partition in range(settings.partitions))
        jobs = (JOBS, *retry_queues())
        lost = LostJobs(
            database=database,
            dispatch=dispatch,
            waiting=partial(depths.waiting, *jobs, *unread),
            lost_seconds=settings.lost_seconds,
        )
        expiry = Expiry(database=database, events=events, unread=partial(depths.waiting, *unread))
        orphans = Orphans(
            database=database,
            blobs=blobs,
            reader_version=reader_version,
            waiting=partial(depths.waiting, COMMANDS, *unread),
            hours=settings.orphan_hours,
        )
        own: dict[str, Chore] = {"lost_jobs": lost.sweep, "expired": expiry.sweep, "orphans": orphans.sweep}
        yield await stack.enter_async_context(Janitor({**own, **sweeps}, turn, settings.janitor_seconds, called))
