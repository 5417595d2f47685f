from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

import orjson

from schema.cloudevents import Fact
from schema.errors import Poison
from services.projector.record import Arrival, SetAside

if TYPE_CHECKING:
    from collections.abc import Iterator


def read(body: bytes) -> Iterator[Arrival | SetAside]:
    """The events of one message, in order; what cannot be read comes out set aside, and the next one is read."""
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
                poison.reason, poison.sentence, orjson.dumps(element), _uuid(element, "subject"), _uuid(element, "id")
            )


def _uuid(element: object, name: str) -> UUID | None:
    """An id even of a bad event, so that it can be found, and erased with its batch."""
    try:
        return UUID(element[name])  # type: ignore[index]  # whatever it is, it is no id then
    except (TypeError, ValueError, KeyError, AttributeError):
        return None
