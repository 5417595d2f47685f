from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

import orjson
from pydantic_core import to_json

from schema.cloudevents import Fact
from schema.errors import Poison
from services.projector.record import Arrival, Message, SetAside

if TYPE_CHECKING:
    from collections.abc import Iterator


def read(body: bytes) -> list[Arrival | SetAside]:
    """The events of one message, in order; what cannot be read comes out set aside, and the next one is read."""
    facts = Fact.from_message(body)
    if facts is None:
        return list(_one_by_one(body))
    message = Message(body)
    return [Arrival(fact, message, number) for number, fact in enumerate(facts)]


def _one_by_one(body: bytes) -> Iterator[Arrival | SetAside]:
    try:
        elements = orjson.loads(body)
    except orjson.JSONDecodeError as wrong:
        yield SetAside("not_json", str(wrong), body)
        return
    if not isinstance(elements, list) or not elements:
        yield SetAside("not_a_batch", "the body is no JSON list of CloudEvents", body)
        return
    for element in elements:
        try:
            yield Arrival(Fact.from_cloudevent(element), element)
        except Poison as poison:
            yield SetAside(
                poison.reason, poison.sentence, to_json(element), _uuid(element, "subject"), _uuid(element, "id")
            )


def _uuid(element: object, name: str) -> UUID | None:
    """An id even of a bad event, so that it can be found, and erased with its batch."""
    try:
        return UUID(element[name])  # type: ignore[index]  # whatever it is, it is no id then
    except (TypeError, ValueError, KeyError, AttributeError):
        return None
