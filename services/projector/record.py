from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import orjson

from schema.events import DERIVED
from schema.identity import DERIVED_ID_VERSION, derived_event_id
from services.projector import chain
from services.projector.fold import Unchanged, consequence, evolve

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from uuid import UUID

    from schema.cloudevents import Fact
    from services.projector.state import Batch

SOURCE = "heatstream/projector"


@dataclass(frozen=True, slots=True)
class Recorded:
    """A fact in its place in its batch: a row of the log. `data` is the canonical JSON that `salt` goes with."""

    fact: Fact
    event_id: int
    salt: bytes
    data: bytes
    digest: bytes


@dataclass(frozen=True, slots=True)
class SetAside:
    """A message, or one event of it, that could not become a fact: kept with its bytes and the reason."""

    reason: str
    sentence: str
    body: bytes
    batch_id: UUID | None = None
    message_id: UUID | None = None

    @property
    def fingerprint(self) -> bytes:
        """The same bytes for the same reason are one row, however often they come."""
        return hashlib.blake2b(self.reason.encode() + b"\0" + self.body, digest_size=32).digest()


@dataclass(frozen=True, slots=True)
class Arrival:
    """A fact as it came: read, and as the JSON element that it was read from."""

    fact: Fact
    element: object

    def aside(self, reason: str, sentence: str) -> SetAside:
        return SetAside(reason, sentence, orjson.dumps(self.element), self.fact.batch_id, self.fact.id)


@dataclass(frozen=True, slots=True)
class Folded:
    """What a micro-batch amounts to: rows for the log, set-asides, and the touched batches as they are now."""

    recorded: list[Recorded]
    aside: list[SetAside]
    touched: dict[UUID, Batch]


def record(states: Mapping[UUID, Batch | None], arrivals: Iterable[Arrival], salt: Callable[[], bytes]) -> Folded:
    """Give each fact its place. `states` holds each batch that is spoken of, None where it does not exist yet.

    Pure but for `salt`, which draws the random bytes that a row's data is committed with.
    """
    folded = Folded([], [], {})
    for arrival in arrivals:
        fact = arrival.fact
        before = folded.touched.get(fact.batch_id, states[fact.batch_id])
        if isinstance(fact.event, DERIVED) or fact.id.version == DERIVED_ID_VERSION:
            folded.aside.append(arrival.aside("reserved", "only the projector says this, and with such an id"))
            continue
        after = evolve(before, fact)
        if isinstance(after, Unchanged):
            folded.aside.append(arrival.aside(after.value, "it changes nothing"))
            continue
        batch = _append(folded, after, fact, salt)
        while (event := consequence(batch)) is not None:
            derived = replace(
                fact,
                id=derived_event_id(fact.id, event.TYPE),
                source=SOURCE,
                event=event,
                causation_id=str(fact.id),
            )
            moved = evolve(batch, derived)
            if isinstance(moved, Unchanged):
                raise RuntimeError(f"{event.TYPE} follows from a state that it does not change")  # noqa: TRY004 - a bug, no wrong type
            batch = _append(folded, moved, derived, salt)
    return folded


def _append(folded: Folded, batch: Batch, fact: Fact, salt: Callable[[], bytes]) -> Batch:
    grain, data = salt(), chain.canonical(fact.event.model_dump(mode="json", exclude_none=True))
    digest = chain.link(
        batch.digest or chain.origin(batch.id),
        fact.event.TYPE,
        fact.event.VERSION,
        fact.occurred_at,
        chain.commitment(grain, data),
    )
    placed = replace(batch, last_event_id=batch.last_event_id + 1, digest=digest)
    folded.touched[batch.id] = placed
    folded.recorded.append(Recorded(fact, placed.last_event_id, grain, data, digest))
    return placed
