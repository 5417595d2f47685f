"""What may be asked of a batch as it stands: one set of rules for the gateway and for the broker's door. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, assert_never
from uuid import UUID

from schema.commands import AnyCommand, CancelBatch, ExpireBatch, NotifyBatch, RetryBatch, SubmitBatch
from schema.states import BatchStatus, JobStatus


class Standing(NamedTuple):
    """A batch and its jobs, as far as is recorded."""

    status: BatchStatus
    jobs: Mapping[UUID, JobStatus]


class Refusal(NamedTuple):
    """Why a command is refused: a stable reason, the field that it is about, and a sentence for its sender."""

    reason: str
    field: str
    message: str


UNKNOWN_BATCH = Refusal("unknown_batch", "batch_id", "names no batch; batches are kept for 30 days")

MAIL_OFF = Refusal("mail_off", "email", "cannot be mailed: no mail server is set up here")


def refusal(command: AnyCommand, batch: Standing) -> Refusal | None:
    """None for what may be done, or has been done already: a batch that is cancelled may be cancelled again."""
    match command:
        case SubmitBatch() | ExpireBatch() | NotifyBatch():
            return None
        case CancelBatch():
            if batch.status.over and batch.status is not BatchStatus.CANCELLED:
                return Refusal("batch_over", "batch_id", f"names a batch that is over: it is {batch.status}")
            return None
        case RetryBatch():
            return _retry_refusal(command, batch)
        case _:
            assert_never(command)


def retried(command: RetryBatch, batch: Standing) -> tuple[UUID, ...]:
    """The jobs that a retry is about: the named ones, or all that failed."""
    if command.job_ids is not None:
        return tuple(dict.fromkeys(command.job_ids))
    return tuple(job for job, status in batch.jobs.items() if status is JobStatus.FAILED)


def _retry_refusal(command: RetryBatch, batch: Standing) -> Refusal | None:
    if batch.status is BatchStatus.CANCELLED:
        return Refusal("batch_cancelled", "batch_id", "names a cancelled batch; hand its sheets in anew")
    wanted = retried(command, batch)
    if not wanted:
        return Refusal("nothing_failed", "batch_id", "names a batch without a failed job")
    for job in wanted:
        status = batch.jobs.get(job)
        if status is None:
            return Refusal("unknown_job", "job_ids", f"{job} is no job of this batch")
        if status is not JobStatus.FAILED:
            return Refusal("job_not_failed", "job_ids", f"{job} is {status}; only a failed job is tried again")
    return None
