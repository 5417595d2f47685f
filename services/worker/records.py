from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import structlog
from pydantic import ValidationError

from schema import admission, upcast
from schema.errors import Transient
from schema.events import BatchSubmitted, Event
from schema.extraction import ExtractionResult
from schema.states import BatchStatus, JobStatus
from services.runtime.queries import query

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    import asyncpg

    from schema.commands import ProcessJob
    from services.runtime.database import Database

log = structlog.get_logger()
E = TypeVar("E", bound=Event)


@dataclass(frozen=True, slots=True)
class Submit:
    """The recorded submit of a batch; None once the batch has expired and was erased."""

    event: BatchSubmitted | None

    def same_as(self, other: BatchSubmitted) -> bool:
        """Whether `other` asks for the same work; who asked and whom to mail do not matter."""
        mine = self.event
        return mine is not None and (mine.swimmer_name, mine.jobs) == (other.swimmer_name, other.jobs)


@dataclass(frozen=True, slots=True)
class Standing:
    """What is recorded of one job."""

    submit: Submit
    batch_status: BatchStatus | None
    job_status: JobStatus | None
    attempt: int
    step: int = 0

    def why_not(self, job: ProcessJob) -> str | None:
        """Why this attempt is not to be worked on; None when it is."""
        submitted = self.submit.event
        if submitted is None:
            return "batch_expired"
        if submitted.swimmer_name != job.swimmer_name or (job.job_id, job.source) not in (
            (known.job_id, known.source) for known in submitted.jobs
        ):
            return "not_of_this_batch"
        if self.batch_status is BatchStatus.CANCELLED:
            return "batch_cancelled"
        if self.job_status in (JobStatus.COMPLETED, JobStatus.CANCELLED):
            return "job_over"
        if self.attempt == job.attempt and self.job_status is JobStatus.FAILED:
            return "attempt_over"
        return "newer_attempt" if self.attempt > job.attempt else None


@dataclass(frozen=True, slots=True)
class Expired:
    """A batch that was forgotten: its log has no data any more."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """A batch that lives: what was asked for, how it and its jobs stand, and the attempt that each job is at."""

    submit: BatchSubmitted
    standing: admission.Standing
    attempts: Mapping[UUID, int]
    email: str | None


@dataclass(frozen=True, slots=True)
class Cached:
    """An extraction that an earlier job made of the same bytes for the same swimmer."""

    file_size_bytes: int
    extraction: ExtractionResult


class Records:
    """What the tables know. Everything here may be late or missing: the worker works on without a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def submit(self, batch_id: UUID) -> Submit | None:
        """None when no submit is recorded (yet), or nobody can tell."""
        row = await self._row("worker_batch_standing", batch_id)
        return None if row is None else _submit(row)

    async def standing(self, batch_id: UUID, job_id: UUID) -> Standing | None:
        """None when nothing is recorded (yet), or nobody can tell."""
        row = await self._row("worker_job_standing", batch_id, job_id)
        if row is None:
            return None
        return Standing(
            _submit(row),
            BatchStatus(row["batch_status"]) if row["batch_status"] else None,
            JobStatus(row["job_status"]) if row["job_status"] else None,
            (row["retry_count"] or 0) + 1,
            row["stage_step"] or 0,
        )

    async def deaths(self, job: ProcessJob) -> int:
        """How often this attempt was begun and neither ended nor was given back; 0 when nobody can tell."""
        row = await self._row("worker_job_deaths", job.batch_id, str(job.job_id), job.attempt)
        return 0 if row is None else int(row["deaths"])

    async def is_stopped(self, batch_id: UUID) -> bool:
        """Whether the batch was cancelled or has expired, as far as anybody can tell."""
        row = await self._row("worker_batch_stopped", batch_id)
        return row is not None and bool(row["stopped"])

    async def batch(self, batch_id: UUID) -> Recorded | Expired | None:
        """None when no event of it is recorded (yet). Raises Transient, for a command must not be refused blindly."""
        async with self._database.connection() as connection, connection.transaction(isolation="repeatable_read"):
            row = await connection.fetchrow(query("worker_batch"), batch_id)
            jobs = await connection.fetch(query("worker_batch_jobs"), batch_id)
        if row is None:
            return None
        submit = _submit(row).event
        if submit is None or row["status"] is None:
            return Expired()
        standing = admission.Standing(BatchStatus(row["status"]), {job["id"]: JobStatus(job["status"]) for job in jobs})
        return Recorded(
            submit, standing, {job["id"]: job["retry_count"] + 1 for job in jobs}, row["notification_email"]
        )

    async def caused(self, batch_id: UUID, message_id: str | None, kind: type[E]) -> E | None:
        """The event of this kind that a command led to when it came before. Raises Transient."""
        async with self._database.connection() as connection:
            row = await connection.fetchrow(query("worker_caused_event"), batch_id, message_id, kind.TYPE)
        if row is None or row["data"] is None:
            return None
        return kind.model_validate(upcast.bring_up(kind.TYPE, row["version"], row["data"]))

    async def extraction(self, checksum: str, normalized_name: str) -> Cached | None:
        row = await self._row("worker_cached_extraction", checksum, normalized_name)
        if row is None:
            return None
        values = dict(row)
        size, name = values.pop("file_size_bytes"), values.pop("swimmer_name_display")
        try:
            return Cached(size, ExtractionResult.model_validate({**values, "swimmer_name": name}))
        except ValidationError:
            log.warning("cache.unreadable", checksum=checksum)  # a row of another version; the sheet is read again
            return None

    async def ai_file(self, checksum: str) -> str | None:
        """The AI endpoint's id of a file that was uploaded to it and is not about to expire there."""
        row = await self._row("worker_ai_file", checksum)
        return None if row is None else str(row["openai_file_id"])

    async def _row(self, name: str, *arguments: Any) -> asyncpg.Record | None:  # noqa: ANN401 - as asyncpg takes them
        try:
            async with self._database.connection() as connection:
                return await connection.fetchrow(query(name), *arguments)
        except Transient as away:
            log.warning("database.away", query=name, error=str(away))
            return None


def _submit(row: asyncpg.Record) -> Submit:
    if row["data"] is None:
        return Submit(None)
    data = upcast.bring_up(BatchSubmitted.TYPE, row["version"], row["data"])
    return Submit(BatchSubmitted.model_validate(data))
