"""What the read tables hold of some batches, as rows beside those that the fold gives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from services.projector import tables
from services.projector.audit.looking import fetch

if TYPE_CHECKING:
    from uuid import UUID

    from services.projector.audit.looking import Looking
    from services.projector.state import Placed

    Values = tuple[Any, ...]

#: As `tables.new_batches` gives them.
BATCH_COLUMNS = (
    "id",
    "swimmer_name",
    "total_pdfs",
    "completed_pdfs",
    "failed_pdfs",
    "status",
    "created_at",
    "started_at",
    "completed_at",
    "expires_at",
    "client_ip",
    "last_event_id",
    "notification_email",
    "notification_requested_at",
    "notification_sent_at",
    "redriven_at",
)
#: As `tables.jobs` gives them.
JOB_COLUMNS = (
    "id",
    "batch_id",
    "sequence",
    "source_type",
    "source_url",
    "filename",
    "file_checksum",
    "status",
    "stage",
    "stage_step",
    "progress_message",
    "extraction_id",
    "result_code",
    "error_message",
    "error_code",
    "retry_count",
    "cached",
    "created_at",
    "started_at",
    "completed_at",
)
LINK_COLUMNS = (
    "id",
    "short_code",
    "extraction_id",
    "expires_at",
    "created_at",
)
EXTRACTION_COLUMNS = (
    "id",
    "pdf_id",
    "swimmer_name_normalized",
    "swimmer_name_display",
    "meet_name",
    "session_date",
    "meet_date_start",
    "meet_date_end",
    "venue",
    "events",
    "warnings",
    "timeline",
    "created_at",
    "message_id",
)
_JOB, _LINK = len(JOB_COLUMNS), len(JOB_COLUMNS) + len(LINK_COLUMNS)


class ReadJob(NamedTuple):
    """A row of `batch_jobs` with its rows of `result_links` and `extraction_results`; None where there is none."""

    row: Values
    link: Values | None
    extraction: Values | None


class ReadRows(NamedTuple):
    """Rows of the read tables, by batch; the jobs in the order of their ids."""

    batches: dict[UUID, Values]
    jobs: dict[UUID, list[ReadJob]]


def read_rows(seen: Looking, after: UUID, until: UUID) -> ReadRows:
    """What the tables have of the batches after one id and until another."""
    found = ReadRows({row[0]: row for row in fetch(seen, "projector_audit_batches", after, until)}, {})
    for row in fetch(seen, "projector_audit_jobs", after, until):
        job, link, extraction = row[:_JOB], row[_JOB:_LINK], row[_LINK:]
        read = ReadJob(job, link if link[0] else None, extraction if extraction[0] else None)
        found.jobs.setdefault(row[1], []).append(read)
    return found


def folded_batch(place: Placed) -> Values:
    """The row of `processing_batches` that a fold comes to."""
    return tables.new_batches([place])[0]


def folded_jobs(place: Placed) -> list[Values]:
    """The rows of `batch_jobs` that a fold comes to, in the order of their ids."""
    return tables.jobs([place])
