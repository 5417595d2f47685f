"""What the read tables hold of some batches, as rows beside those that the fold gives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from services.projector import tables
from services.projector.audit.looking import fetch
from services.projector.columns import JOBS, LINKS

if TYPE_CHECKING:
    from uuid import UUID

    from services.projector.audit.looking import Looking
    from services.projector.state import Placed

    Values = tuple[Any, ...]

_JOB, _LINK = len(JOBS), len(JOBS) + len(LINKS)


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
