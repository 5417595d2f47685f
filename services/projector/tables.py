"""The rows of the read tables, from states and facts. Each function gives rows in key order, as locks are taken."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from pydantic_core import to_json

from schema import identity
from schema.events import AiFile, BatchDeadLetterRedriven, JobCompleted, JobStageEntered

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime
    from uuid import UUID

    from schema.cloudevents import Fact
    from services.projector.record import Recorded, SetAside
    from services.projector.state import Job, Placed

Row = tuple[Any, ...]


def arrays(rows: list[Row]) -> list[list[Any]]:
    """Rows turned into the arrays that `unnest` takes. There must be a row."""
    return [list(column) for column in zip(*rows, strict=True)]


def new_batches(places: Iterable[Placed]) -> list[Row]:
    return sorted(
        (
            batch.id,
            batch.swimmer_name,
            len(batch.jobs),
            batch.completed_pdfs,
            batch.failed_pdfs,
            batch.status,
            batch.created_at,
            batch.started_at,
            batch.completed_at,
            batch.expires_at,
            batch.client_ip,
            last_event_id,
            batch.notification_email,
            batch.notification_requested_at,
            batch.notification_sent_at,
            batch.redriven_at,
        )
        for batch, last_event_id, _ in places
    )


def known_batches(places: Iterable[tuple[Placed, Placed]]) -> list[Row]:
    """Batches as they are and as they were, each with the `last_event_id` that it was folded from."""
    return sorted(
        (
            batch.id,
            expected,
            batch.completed_pdfs,
            batch.failed_pdfs,
            batch.status,
            batch.started_at,
            batch.completed_at,
            last_event_id,
            batch.notification_email,
            batch.notification_requested_at,
            batch.notification_sent_at,
            batch.redriven_at,
        )
        for (batch, last_event_id, _), (_, expected, _) in places
    )


def _moving(job: Job) -> Row:
    """From `file_checksum` to `cached`: what events move of a job."""
    return (
        job.file_checksum,
        job.status,
        job.stage,
        job.stage_step,
        job.progress_message,
        job.extraction_id,
        job.result_code,
        job.error_message,
        job.error_code,
        job.attempt - 1,
        job.cached,
    )


def jobs(places: Iterable[Placed]) -> list[Row]:
    """All jobs of these batches."""
    return sorted(
        (
            job.id,
            batch.id,
            job.sequence,
            job.source_type,
            job.source_url,
            job.filename,
            *_moving(job),
            job.created_at,
            job.started_at,
            job.completed_at,
        )
        for batch, *_ in places
        for job in batch.jobs.values()
    )


def changed_jobs(places: Iterable[tuple[Placed, Placed]]) -> list[Row]:
    """Of batches as they are and as they were, the jobs that are not as they were: what can change of them."""
    return sorted(
        (job.id, *_moving(job), job.started_at, job.completed_at)
        for (batch, *_), (old, *_) in places
        for job in batch.jobs.values()
        if old.jobs.get(job.id) is not job
    )


def log_rows(recorded: Iterable[Recorded]) -> list[Row]:
    # Taken apart by place: by names it takes six times as long.
    return [
        (
            batch_id,
            event_id,
            message,
            event.TYPE,
            event.VERSION,
            at,
            source,
            request,
            cause,
            trace,
            salt,
            data,
            commit,
            link,
        )
        for (
            message,
            batch_id,
            at,
            source,
            event,
            request,
            cause,
            trace,
        ), event_id, salt, data, commit, link in recorded
    ]


def results(recorded: Iterable[Recorded], touched: Mapping[UUID, Placed]) -> tuple[list[Row], list[Row], list[Row]]:
    """Rows for `pdf_files`, `extraction_results` and `result_links`, one a key.

    Of several sightings of a file or an extraction in one micro-batch the earliest is taken, as between micro-batches.
    """
    pdfs: dict[UUID, Row] = {}
    extractions: dict[UUID, Row] = {}
    links: list[Row] = []
    sightings = [
        row.fact
        for row in recorded
        # isinstance costs more, of what pydantic makes, where it is none
        if type(event := row.fact.event) is JobCompleted or (isinstance(event, JobStageEntered) and event.ai_file)
    ]
    for fact in sorted(sightings, key=lambda fact: (fact.occurred_at, fact.id.int)):
        event, at = fact.event, fact.occurred_at
        if isinstance(event, JobStageEntered) and (file := event.ai_file):
            job = touched[fact.batch_id].batch.jobs[event.job_id]
            sight(pdfs, job, file, at)
        elif isinstance(event, JobCompleted):
            batch = touched[fact.batch_id].batch
            job = batch.jobs[event.job_id]
            pdf = sight(pdfs, job, event, at)
            if job.extraction_id is not None and job.extraction_id not in extractions:
                extractions[job.extraction_id] = _extraction(job.extraction_id, pdf, fact, event)
            links.append((job.id, event.result_code, job.extraction_id, batch.expires_at, at))
    return [pdfs[key] for key in sorted(pdfs)], [extractions[key] for key in sorted(extractions)], sorted(links)


def sight(pdfs: dict[UUID, Row], job: Job, file: JobCompleted | AiFile, at: datetime) -> UUID:
    """Note one sighting of a file beside those in `pdfs`, in any order. Returns its id."""
    pdf = identity.pdf_id(file.file_checksum)
    upload = (file.file_id, file.expires_at) if isinstance(file, AiFile) else (None, None)
    seen = (pdf, file.file_checksum, job.source_url, job.filename, file.file_size_bytes, at, at, *upload)
    known = pdfs.get(pdf)
    pdfs[pdf] = seen if known is None else _merged(known, seen)
    return pdf


def _merged(one: Row, other: Row) -> Row:
    """As `projector_upsert_pdfs` has it: the earliest describes the file, of uploads the one that lasts longest."""
    first = min(one, other, key=lambda row: (row[5], row[2] or "", row[3] or "", row[4]))
    lasting = max(one, other, key=lambda row: (row[8] is not None, row[8], row[7]))
    return (*first[:6], max(one[6], other[6]), *lasting[7:])


def _extraction(extraction_id: UUID, pdf_id: UUID, fact: Fact, event: JobCompleted) -> Row:
    found = event.extraction
    return (
        extraction_id,
        pdf_id,
        event.swimmer_name_normalized,
        found.swimmer_name,
        found.meet_name,
        found.session_date,
        found.meet_date_start,
        found.meet_date_end,
        found.venue,
        to_json(found.events, exclude_none=True),
        to_json(found.warnings, exclude_none=True),
        to_json(found.timeline, exclude_none=True),
        fact.occurred_at,
        fact.id,
    )


def set_asides(queue: str, aside: Iterable[SetAside]) -> list[Row]:
    times = Counter(one.fingerprint for one in aside)
    first = {one.fingerprint: one for one in aside}
    return sorted(
        (fingerprint, times[fingerprint], queue, one.reason, one.sentence, one.body, one.batch_id, one.message_id)
        for fingerprint, one in first.items()
    )


def retries(recorded: Iterable[Recorded]) -> list[Row]:
    """Set-asides that a person gave to the fold again: their fingerprint, and how often they had been set aside."""
    events = [event for row in recorded if type(event := row.fact.event) is BatchDeadLetterRedriven]
    return sorted((bytes.fromhex(of.fingerprint), of.times) for event in events if (of := event.set_aside))
