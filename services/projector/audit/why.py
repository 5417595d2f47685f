from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from schema.commands import FileSource
from schema.events import (
    BatchCancelled,
    BatchExpired,
    BatchRetryRequested,
    BatchSubmitted,
    JobCompleted,
    JobFailed,
    JobRetryScheduled,
    JobStageEntered,
)
from services.projector.audit.looking import fetch
from services.projector.audit.story import Told, Unknown, log_of, story

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from services.projector.audit.log import Row
    from services.projector.audit.looking import Looking
    from services.projector.state import Job


class Reason(NamedTuple):
    """One event that changed the job, in a sentence."""

    told: Told
    sentence: str


class Why(NamedTuple):
    """How a job came to be what it is."""

    job: Job
    reasons: list[Reason]
    conclusion: str


def batch_of(seen: Looking, job_id: UUID) -> tuple[UUID, int]:
    """The batch of a job, and its sequence there. Raises Unknown, of an erased one's jobs too."""
    if not (found := fetch(seen, "projector_audit_job", job_id)):
        raise Unknown(
            f"there is no job {job_id}; an erased batch's jobs have no ids any more, name one as BATCH:NUMBER"
        )
    batch_id, sequence = found[0]
    return batch_id, sequence


def why(seen: Looking, batch_id: UUID, sequence: int) -> Why:
    """Raises Unknown where there is no such job, or nothing is known of it any more."""
    rows = log_of(seen, batch_id)
    if (last := rows[-1]).type == BatchExpired.TYPE:
        raise Unknown(f"batch {batch_id} was erased at {last.occurred_at.isoformat()}: nothing is known of its jobs")
    reasons, job = list[Reason](), None
    for told in story(rows):
        if told.untold:
            raise Unknown(f"the log of batch {batch_id} cannot be followed: event {told.row.event_id}: {told.untold}")
        if told.step and any(change.job == sequence for change in told.changes):
            before, job = job, _job(told, sequence)
            reasons.append(Reason(told, _sentence(told, job, before) + _because(told, rows)))
    if job is None:
        raise Unknown(f"batch {batch_id} has no job {sequence}")
    return Why(job, reasons, _conclusion(job))


def _job(told: Told, sequence: int) -> Job:
    jobs = told.step.place.batch.jobs.values() if told.step else ()
    return next(job for job in jobs if job.sequence == sequence)


def _sentence(told: Told, job: Job, before: Job | None) -> str:  # noqa: PLR0911 - one match, one case an event
    match told.step and told.step.fact.event:
        case BatchSubmitted(jobs=jobs):
            source = next(each.source for each in jobs if each.sequence == job.sequence)
            name = f"the file {source.filename}" if isinstance(source, FileSource) else source.url
            return f"the batch was handed in, and job {job.sequence} of {len(jobs)} was to read {name}"
        case JobStageEntered(attempt=attempt, stage=stage, message=message):
            return f"attempt {attempt} came to {stage}" + (f": {message}" if message else "")
        case JobRetryScheduled() as retry:
            again = f"attempt {retry.attempt + 1} was to follow after {retry.delay_seconds} s"
            return f"attempt {retry.attempt} failed with {retry.error_code} ({retry.error_message}), and {again}"
        case JobCompleted(attempt=attempt, cached=cached):
            return f"attempt {attempt} ended with a result" + (", which was known already" if cached else "")
        case JobFailed() as failed:
            hope = "it may be asked for again" if failed.retriable else "to ask for it again is of no use"
            return f"attempt {failed.attempt} failed with {failed.error_code} ({failed.error_message}), and {hope}"
        case BatchRetryRequested():
            return f"the job was asked for again, and attempt {job.attempt} was to begin"
        case BatchCancelled():
            return f"the batch was cancelled while the job was {before.status if before else 'new'}"
        case _:
            return f"a {told.row.type} changed the job"


def _because(told: Told, rows: Sequence[Row]) -> str:
    row, said = told.row, f" (said by {told.row.source}"
    if told.cause is not None:
        said += f", because of event {told.cause}, {rows[told.cause - 1].type}"
    elif row.causation_id:
        said += f", because of message {row.causation_id}"
    return said + (f", for request {row.correlation_id})" if row.correlation_id else ")")


def _conclusion(job: Job) -> str:
    so = f"so job {job.sequence} is {job.status}"
    attempt = f" at attempt {job.attempt}" if job.attempt > 1 else ""
    if job.error_code:
        return f"{so}{attempt}, with {job.error_code}: {job.error_message}"
    return f"{so}{attempt}" + (f", its result is {job.result_code}" if job.result_code else "")
