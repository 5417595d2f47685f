from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from schema import upcast
from schema.cloudevents import Fact
from schema.errors import HeatstreamError
from schema.events import EVENTS
from services.projector.audit.difference import LOG, Difference
from services.projector.fold import Unchanged, evolve
from services.projector.state import Placed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from schema.events import BatchEvent
    from services.projector.audit.log import Row
    from services.projector.state import Batch

    Document = dict[str, Any]
    Decode = Callable[[str, int, Document], BatchEvent]


class Step(NamedTuple):
    """One event of a batch's log: as it lies there, what it records, and what the batch is after it."""

    row: Row
    fact: Fact
    batch: Batch

    @property
    def place(self) -> Placed:
        return Placed(self.batch, self.row.event_id, self.row.digest)


class Unfoldable(HeatstreamError):
    """A row of the log that the fold does not take where it stands."""

    def __init__(self, row: Row, column: str, sentence: str) -> None:
        super().__init__(sentence)
        self.erased = row.data is None
        self.difference = Difference(row.batch_id, row.event_id, LOG, column, sentence)


def validated(event_type: str, version: int, document: Document) -> BatchEvent:
    """The event of a row that anybody may have written. Raises KeyError or ValueError where it is none."""
    model = EVENTS[event_type]
    if not 0 < version <= model.VERSION:
        raise ValueError(f"{event_type} has no version {version}")
    return model.model_validate(upcast.bring_up(event_type, version, document))


def refold(rows: Iterable[tuple[Row, Document | None]], decode: Decode = validated) -> Iterator[Step]:
    """The log of one batch folded again, event by event. Raises Unfoldable, for an erased event too."""
    batch = None
    for row, document in rows:
        fact, batch = advance(batch, row, document, decode)
        yield Step(row, fact, batch)


def advance(batch: Batch | None, row: Row, document: Document | None, decode: Decode) -> tuple[Fact, Batch]:
    """What a row records, and the batch after it. Raises Unfoldable."""
    if document is None:
        raise Unfoldable(row, "data", "it is erased")
    try:
        event = decode(row.type, row.version, document)
    except (ValueError, KeyError) as wrong:
        raise Unfoldable(row, "data", f"no {row.type} of version {row.version} has such data") from wrong
    # Who asked and why is in the row; the fold does not want to know.
    fact = Fact(row.message_id, row.batch_id, row.occurred_at, row.source, event)
    after = evolve(batch, fact)
    if isinstance(after, Unchanged):
        raise Unfoldable(row, "type", f"a {row.type} changes nothing here ({after.value})")
    return fact, after
