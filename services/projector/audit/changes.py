from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from services.projector import columns
from services.projector.audit.read_rows import folded_batch, folded_jobs

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from services.projector.audit.refold import Step
    from services.projector.state import Placed

#: Follows from where the event stands, and changes with each.
_CURSOR = "last_event_id"


class Change(NamedTuple):
    """One column of one row of a read table, before and after. `job` is a job's sequence, None for the batch itself."""

    job: int | None
    column: str
    before: Any
    after: Any


def between(before: Placed | None, after: Placed) -> list[Change]:
    """How the rows of a batch differ between two places in its log; from None, what they are to begin with."""
    changes = _changed(None, before and _batch(before), _batch(after))
    jobs = _jobs(before) if before else {}
    for sequence, job in _jobs(after).items():
        changes += _changed(sequence, jobs.get(sequence), job)
    return changes


def state(place: Placed) -> dict[str, Any]:
    """The rows of a batch at a place in its log: `batch`, and `jobs` in the order of the sheets."""
    return {"batch": _batch(place), "jobs": list(_jobs(place).values())}


def told(steps: Iterable[Step]) -> Iterator[tuple[Step, list[Change]]]:
    """Each event with what it changed."""
    before = None
    for step in steps:
        yield step, between(before, step.place)
        before = step.place


def _batch(place: Placed) -> dict[str, Any]:
    return dict(zip(columns.BATCHES, folded_batch(place), strict=True))


def _jobs(place: Placed) -> dict[int, dict[str, Any]]:
    """By sequence, in that order."""
    rows = [dict(zip(columns.JOBS, row, strict=True)) for row in folded_jobs(place)]
    return {row["sequence"]: row for row in sorted(rows, key=lambda row: row["sequence"])}


def _changed(job: int | None, before: dict[str, Any] | None, after: dict[str, Any]) -> list[Change]:
    was = before or {}
    return [
        Change(job, column, was.get(column), value)
        for column, value in after.items()
        if column != _CURSOR and was.get(column) != value
    ]
