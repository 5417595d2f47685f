"""What happened to a batch, event by event: what each changed, who asked, and what it follows from."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from schema.errors import HeatstreamError
from services.projector.audit.changes import Change, between
from services.projector.audit.log import of_batch
from services.projector.audit.refold import Step, Unfoldable, refold

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from uuid import UUID

    from services.projector.audit.log import Row
    from services.projector.audit.looking import Looking
    from services.projector.state import Placed

#: A place in a batch's log: an event id, or a time that counts as the database's clock had it.
At = int | datetime


class Unknown(HeatstreamError):
    """The log has no such batch, event or job."""


class Told(NamedTuple):
    """One event. `cause` is the event of the same batch that it follows from; `step` is None where it is `untold`."""

    row: Row
    cause: int | None
    step: Step | None
    changes: list[Change]
    untold: str | None = None


def log_of(seen: Looking, batch_id: UUID) -> list[Row]:
    """The log of a batch. Raises Unknown where there is none."""
    if not (rows := of_batch(seen, batch_id)):
        raise Unknown(f"the log has no batch {batch_id}")
    return rows


def until(rows: Sequence[Row], at: At) -> Sequence[Row]:
    """What was recorded by then; nothing at event 0. Raises Unknown for an event that is not there yet."""
    if isinstance(at, datetime):
        return [row for row in rows if row.recorded_at <= at]
    if at > rows[-1].event_id:
        raise Unknown(f"the log of batch {rows[0].batch_id} ends at event {rows[-1].event_id}: there is no event {at}")
    return [row for row in rows if row.event_id <= at]


def story(rows: Sequence[Row]) -> Iterator[Told]:
    """Each event as it follows. Of erased ones, and behind one that does not fold, only that they were."""
    numbers = {str(row.message_id): row.event_id for row in rows}
    told, untold, before = 0, "", None
    try:
        for step in refold((row, row.document()) for row in rows):
            cause = numbers.get(step.row.causation_id or "")
            yield Told(step.row, cause, step, between(before, step.place))
            told, before = told + 1, step.place
    except Unfoldable as unfoldable:
        untold = "its data was erased" if unfoldable.erased else f"it does not fold: {unfoldable}"
    for row in rows[told:]:
        yield Told(row, numbers.get(row.causation_id or ""), None, [], untold)
        untold = "its data was erased" if row.data is None else "an event before it does not fold"


def place(rows: Sequence[Row]) -> Placed | None:
    """What these events come to; None of no events. Raises Unknown where it cannot be told any more."""
    folded = None
    try:
        for step in refold((row, row.document()) for row in rows):
            folded = step.place
    except Unfoldable as unfoldable:
        at = unfoldable.difference.event_id
        raise Unknown(f"what batch {rows[0].batch_id} was cannot be told: event {at}: {unfoldable}") from None
    return folded
