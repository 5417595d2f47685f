from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import structlog
from pydantic import ValidationError

from schema import upcast
from schema.commands import ProcessJob
from schema.events import BatchRetryRequested, BatchSubmitted
from services.runtime.queries import query
from services.worker.janitor.lately import Lately
from services.worker.origin import Origin

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable
    from uuid import UUID

    import asyncpg

    from services.runtime.database import Database
    from services.worker.dispatch import Dispatch

log = structlog.get_logger()
MOST_A_ROUND = 100


class Asked(NamedTuple):
    """What a batch's log says its jobs are about; `began` is the first attempt since a person last asked for one."""

    submit: BatchSubmitted
    origin: Origin
    began: dict[UUID, int]


class LostJobs:
    """Sends jobs again whose message is gone: their batch has recorded nothing for `lost_seconds`.

    By batch and not by job, because a job may rightly wait that long for the others of its batch. One that is still
    being worked on may be sent twice: harmless, an attempt is worked on by one worker at a time, and told once.
    `waiting` is how many messages wait that would explain the silence: those of jobs, and events nobody has read yet.
    """

    def __init__(
        self,
        *,
        database: Database,
        dispatch: Dispatch,
        waiting: Callable[[], Awaitable[int]],
        lost_seconds: float,
    ) -> None:
        self._database, self._dispatch, self._waiting = database, dispatch, waiting
        self._lost_seconds = lost_seconds
        self._resent = Lately(lost_seconds)

    async def sweep(self) -> int:
        """How many were sent again. Raises Transient."""
        if await self._waiting():
            return 0
        async with self._database.connection() as connection:
            lost = await connection.fetch(
                query("worker_lost_jobs"), self._lost_seconds, self._resent.all(), MOST_A_ROUND
            )
            if not lost:
                return 0
            logged = await connection.fetch(query("worker_job_sources"), {row["batch_id"] for row in lost})
        asked = _asked(logged)
        sent = 0
        for row in lost:
            # Remembered also where nothing can be sent, or the same few would take up every round.
            self._resent.add(row["job_id"])
            job = _attempt(row, asked.get(row["batch_id"]))
            if job is None:
                log.warning("job.unsendable", batch_id=str(row["batch_id"]), job_id=str(row["job_id"]))
                continue
            await self._dispatch.send(job, asked[job.batch_id].origin)
            sent += 1
            log.warning("job.sent_again", batch_id=str(job.batch_id), job_id=str(job.job_id), attempt=job.attempt)
        return sent


def _asked(logged: Iterable[asyncpg.Record]) -> dict[UUID, Asked]:
    """By batch, of rows in the order of the log. What cannot be read is left out."""
    found: dict[UUID, Asked] = {}
    for row in logged:
        try:
            data = upcast.bring_up(row["type"], row["version"], row["data"])
            if row["type"] == BatchSubmitted.TYPE:
                origin = Origin(row["correlation_id"], None, row["traceparent"])
                found[row["batch_id"]] = Asked(BatchSubmitted.model_validate(data), origin, {})
            elif row["batch_id"] in found:
                retried = BatchRetryRequested.model_validate(data)
                found[row["batch_id"]].began.update((job.job_id, job.attempt) for job in retried.jobs)
        except ValidationError:
            log.warning("log.unreadable", batch_id=str(row["batch_id"]), type=row["type"], version=row["version"])
    return found


def _attempt(row: asyncpg.Record, asked: Asked | None) -> ProcessJob | None:
    """The current attempt at a lost job, as it was or should have been sent; None where the log does not say."""
    job = next((job for job in asked.submit.jobs if job.job_id == row["job_id"]), None) if asked else None
    if asked is None or job is None:
        return None
    return ProcessJob(
        batch_id=row["batch_id"],
        job_id=job.job_id,
        sequence=job.sequence,
        attempt=(row["retry_count"] or 0) + 1,
        first_attempt=asked.began.get(job.job_id),
        swimmer_name=asked.submit.swimmer_name,
        source=job.source,
    )
