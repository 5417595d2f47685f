from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from pydantic_core import from_json, to_json

from schema.events import DERIVED
from schema.identity import derived_event_id, is_derived
from services.projector import chain
from services.projector.fold import Unchanged, consequence, evolve
from services.projector.state import Batch, Placed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from uuid import UUID

    from schema.cloudevents import Fact

SOURCE = "heatstream/projector"


class Recorded(NamedTuple):
    """A fact in its place in its batch: a row of the log. `data` is the canonical JSON that `salt` goes with.

    `committed` is what the two come to; it stays when they are erased.
    """

    fact: Fact
    event_id: int
    salt: bytes
    data: bytes
    committed: bytes
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


class Message:
    """A message whose events were read at once; its elements are looked at where one of them is set aside."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    @cached_property
    def elements(self) -> list[object]:
        return from_json(self._body)  # type: ignore[no-any-return]  # it was read as a list, by the same parser


class Arrival(NamedTuple):
    """A fact as it came: read, and the JSON element that it was read from, or the `number` of it in its message."""

    fact: Fact
    element: object
    number: int = 0

    def aside(self, reason: str, sentence: str) -> SetAside:
        element = self.element.elements[self.number] if isinstance(self.element, Message) else self.element
        return SetAside(reason, sentence, to_json(element), self.fact.batch_id, self.fact.id)


@dataclass(frozen=True, slots=True)
class Folded:
    """What a micro-batch amounts to: rows for the log, set-asides, and the touched batches in their new places."""

    recorded: list[Recorded]
    aside: list[SetAside]
    touched: dict[UUID, Placed]


def record(
    places: Mapping[UUID, Placed | None],
    arrivals: Iterable[Arrival],
    salt: Callable[[], bytes],
    folded: Folded | None = None,
) -> Folded:
    """Give each fact its place. `places` holds each batch that is spoken of, None where it does not exist yet.

    Pure but for `salt`, which draws the random bytes that a row's data is committed with, and for `folded`, which is
    what arrived before in this micro-batch and grows.
    """
    folded = folded or Folded([], [], {})
    for arrival in arrivals:
        fact = arrival.fact
        if type(fact.event) in DERIVED or is_derived(fact.id):
            folded.aside.append(arrival.aside("reserved", "only the projector says this, and with such an id"))
            continue
        place = folded.touched.get(fact.batch_id) or places[fact.batch_id]
        after = evolve(place.batch if place else None, fact)
        if not isinstance(after, Batch):
            folded.aside.append(arrival.aside(after.value, "it changes nothing"))
            continue
        place = _append(folded, place, after, fact, salt)
        while (event := consequence(place.batch)) is not None:
            follows = fact._replace(
                id=derived_event_id(fact.id, event.TYPE),
                source=SOURCE,
                event=event,
                causation_id=str(fact.id),
            )
            after = evolve(place.batch, follows)
            if isinstance(after, Unchanged):
                raise RuntimeError(f"{event.TYPE} follows from a state that it does not change")  # noqa: TRY004 - a bug
            place = _append(folded, place, after, follows, salt)
    return folded


def _append(folded: Folded, place: Placed | None, batch: Batch, fact: Fact, salt: Callable[[], bytes]) -> Placed:
    event_id, previous = (place.last_event_id + 1, place.digest) if place else (1, chain.origin(batch.id))
    grain, data = salt(), chain.canonical(fact.event.model_dump(mode="json", exclude_none=True))
    committed = chain.commitment(grain, data)
    digest = chain.link(previous, fact.event.TYPE, fact.event.VERSION, fact.occurred_at, committed)
    placed = folded.touched[batch.id] = Placed(batch, event_id, digest)
    folded.recorded.append(Recorded(fact, event_id, grain, data, committed, digest))
    return placed
