"""What the events so far amount to. Named tuples: immutable, and a changed copy costs a quarter of a dataclass's."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from schema.states import RETENTION, BatchStatus, JobStatus, Stage

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

    from schema.states import ErrorCode


class Job(NamedTuple):
    """One PDF of a batch as the events so far have it. `attempt` counts from 1."""

    id: UUID
    sequence: int
    source_type: str
    source_url: str | None
    filename: str | None
    file_checksum: str | None
    created_at: datetime
    attempt: int = 1
    status: JobStatus = JobStatus.PENDING
    stage: Stage = Stage.QUEUED
    stage_step: int = 0
    progress_message: str | None = None
    extraction_id: UUID | None = None
    result_code: str | None = None
    error_code: ErrorCode | None = None
    error_message: str | None = None
    cached: bool = False
    started_at: datetime | None = None
    completed_at: datetime | None = None


class Batch(NamedTuple):
    """A batch as the events so far have it; an `expired` one knows nothing else about itself."""

    id: UUID
    swimmer_name: str
    created_at: datetime
    jobs: Mapping[UUID, Job]
    client_ip: str | None = None
    status: BatchStatus = BatchStatus.PENDING
    started_at: datetime | None = None
    completed_at: datetime | None = None
    notification_email: str | None = None
    notification_requested_at: datetime | None = None
    notification_sent_at: datetime | None = None
    redriven_at: datetime | None = None
    expired: bool = False

    @property
    def completed_pdfs(self) -> int:
        return self._in(JobStatus.COMPLETED)

    @property
    def failed_pdfs(self) -> int:
        return self._in(JobStatus.FAILED)

    def _in(self, status: JobStatus) -> int:
        return [job.status for job in self.jobs.values()].count(status)

    @property
    def expires_at(self) -> datetime:
        return self.created_at + RETENTION


class Placed(NamedTuple):
    """A batch and its place in the log: the id of its last event, and the digest at the head of its chain."""

    batch: Batch
    last_event_id: int
    digest: bytes
