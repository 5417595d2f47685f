from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING

from services.runtime.blobs import Blobs
from services.runtime.consumer import Consumer
from services.runtime.database import Database
from services.runtime.event_publisher import EventPublisher
from services.runtime.link import Link
from services.runtime.publisher import Publisher
from services.runtime.topology import COMMANDS, COMMANDS_DEAD, JOBS, JOBS_DEAD, JOBS_UNREADABLE, topology
from services.worker.batch_commands import BatchCommands
from services.worker.commands import Commands, handlers
from services.worker.control import Control
from services.worker.dead_jobs import DeadJobs
from services.worker.dispatch import Dispatch
from services.worker.download import Downloader
from services.worker.janitor.chores import keeping_house
from services.worker.jobs import Jobs
from services.worker.mail.mailer import Mailer
from services.worker.pipeline import Pipeline
from services.worker.readings import Readings
from services.worker.records import Records
from services.worker.running import Running
from services.worker.shelf import Shelf
from services.worker.submit import Submits
from services.worker.turns import Turns
from services.worker.work_lock import WorkLock

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
    from contextlib import AbstractAsyncContextManager

    from services.worker.janitor.janitor import Chore
    from services.worker.pipeline import Ai
    from services.worker.reader import Reader
    from services.worker.settings import WorkerSettings

#: Commands are light: so many are under way at a time.
COMMANDS_AT_A_TIME = 16
#: How long a message that came twice waits for the worker that has its twin.
CLAIM_SECONDS = 60.0


@asynccontextmanager
async def working(
    settings: WorkerSettings, reader: Reader, ai: Ai | None = None
) -> AsyncIterator[Callable[[], Awaitable[bool]]]:
    """Take commands and jobs for a while; yields the check whether they are being taken.

    The end comes in order: no more messages, the running work drained, what it published confirmed.
    """
    amqp_url = settings.amqp_url.get_secret_value()
    wanted = topology(settings.partitions, settings.history_days)
    async with AsyncExitStack() as stack:
        database = Database(settings.database_url.get_secret_value(), name="heatstream-worker")
        records = Records(await stack.enter_async_context(database))
        publisher = await stack.enter_async_context(Publisher(amqp_url, "heatstream-worker-publisher", wanted))
        events = await stack.enter_async_context(EventPublisher(publisher, settings.partitions))
        dispatch, blobs = Dispatch(publisher), Blobs(settings.blob_url)
        lock = await stack.enter_async_context(_locking(settings, "readings", settings.sandbox_wall_seconds))
        claim = await stack.enter_async_context(_locking(settings, "jobs", CLAIM_SECONDS))
        turns = Turns(claim, publisher, most=settings.batch_jobs, slots=settings.job_slots)
        shelf = Shelf(blobs, reader.version)
        pipeline = Pipeline(
            downloader=Downloader(settings.download_limits, allowed_hosts=settings.allowed_hosts),
            blobs=blobs,
            shelf=shelf,
            records=records,
            readings=Readings(reader=reader, shelf=shelf, lock=lock),
            ai=ai,
        )
        running = Running()
        called = asyncio.Event()
        control = Control(publisher, wanted, stop=running.stop, sweep=called.set)
        batches = BatchCommands(
            events=events, dispatch=dispatch, records=records, control=control, mails=settings.mails
        )
        submits = Submits(
            events=events, dispatch=dispatch, records=records, max_pdfs=settings.max_pdfs, mails=settings.mails
        )
        commands = Consumer(
            COMMANDS,
            COMMANDS_DEAD,
            Commands(handlers(submits, batches), publisher),
            topology=wanted,
            prefetch=COMMANDS_AT_A_TIME,
            drain_seconds=settings.drain_seconds,
        )
        jobs = Consumer(
            JOBS,
            JOBS_DEAD,
            Jobs(events=events, dispatch=dispatch, records=records, pipeline=pipeline, running=running, turns=turns),
            topology=wanted,
            prefetch=settings.job_slots,
            drain_seconds=settings.drain_seconds,
        )
        dead = Consumer(
            JOBS_DEAD,
            JOBS_UNREADABLE,
            DeadJobs(events=events, records=records),
            topology=wanted,
            prefetch=COMMANDS_AT_A_TIME,
            drain_seconds=settings.drain_seconds,
        )
        links = [
            Link(amqp_url, "heatstream-worker-control", control.session),
            Link(amqp_url, "heatstream-worker-commands", commands.session),
            Link(amqp_url, "heatstream-worker-jobs", jobs.session),
            Link(amqp_url, "heatstream-worker-dead-jobs", dead.session),
        ]
        parts: list[AbstractAsyncContextManager[object]] = [*links]
        sweeps: dict[str, Chore] = {}
        if settings.mail_options is not None:
            mailing = Mailer(
                settings.database_url.get_secret_value(),
                events,
                settings.mail_options,
                drain_seconds=settings.drain_seconds,
            )
            sweeps["mails"] = mailing.sweep
            parts.append(mailing)
        await stack.enter_async_context(_stopping_together(parts))
        house = keeping_house(
            settings,
            database=database,
            events=events,
            dispatch=dispatch,
            blobs=blobs,
            reader_version=reader.version,
            sweeps=sweeps,
            called=called,
        )
        await stack.enter_async_context(house)

        async def taking() -> bool:
            return publisher.up and all(link.up for link in links)

        yield taking


@asynccontextmanager
async def _locking(settings: WorkerSettings, name: str, patience_seconds: float) -> AsyncIterator[WorkLock]:
    """Locks with a connection for each job slot, because a lock keeps its own."""
    url = settings.database_url.get_secret_value()
    async with Database(url, name=f"heatstream-worker-{name}", most_connections=settings.job_slots) as database:
        yield WorkLock(database, patience_seconds)


@asynccontextmanager
async def _stopping_together(parts: Sequence[AbstractAsyncContextManager[object]]) -> AsyncIterator[None]:
    """So that one drain time is enough for all."""
    for part in parts:
        await part.__aenter__()
    try:
        yield
    finally:
        await asyncio.gather(*(part.__aexit__(None, None, None) for part in parts))
