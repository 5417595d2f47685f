"""The envelope of an event: CloudEvents 1.0, JSON format, one or more in a message (JSON batch format)."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple, Self, Union
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, create_model

from schema import upcast
from schema.errors import Poison
from schema.events import EVENTS, BatchEvent, Event
from schema.model import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

BATCH_CONTENT_TYPE = "application/cloudevents-batch+json"
_DATASCHEMA = re.compile(r"^urn:heatstream:event:(?P<type>[a-z._]+):(?P<version>[1-9]\d{0,5})$")


def dataschema(event_type: str, version: int) -> str:
    """The CloudEvents attribute that carries the version of an event's data."""
    return f"urn:heatstream:event:{event_type}:{version}"


class Fact(NamedTuple):
    """An event with its envelope, as code handles it. A named tuple: thousands a second are made.

    `id` names the message, `batch_id` the stream it belongs to, `occurred_at` is the publisher's clock. `causation_id`
    is the message that it follows from, `correlation_id` the request at the start of the chain.
    """

    id: UUID
    batch_id: UUID
    occurred_at: datetime
    source: str
    event: BatchEvent
    correlation_id: str | None = None
    causation_id: str | None = None
    traceparent: str | None = None

    def to_cloudevent(self) -> dict[str, Any]:
        """The structured JSON form; attributes without a value are left out, as the standard wants it."""
        return {
            **_attributes(
                self.id,
                self.source,
                self.event.TYPE,
                self.event.VERSION,
                self.batch_id,
                self.occurred_at,
                correlationid=self.correlation_id,
                causationid=self.causation_id,
                traceparent=self.traceparent,
            ),
            "datacontenttype": "application/json",
            "data": self.event.model_dump(mode="json", exclude_none=True),
        }

    @classmethod
    def from_cloudevent(cls, document: object) -> Self:
        """Read one element of a batch, bringing an old version up. Raises Poison with a stable reason."""
        if not isinstance(document, dict):
            raise Poison("bad_envelope", "an event is a JSON object")
        event_type, schema = document.get("type"), _DATASCHEMA.match(str(document.get("dataschema")))
        model = EVENTS.get(event_type) if isinstance(event_type, str) else None
        if model is None or schema is None or schema["type"] != event_type:
            raise Poison("unknown_type", f"no event {event_type!r:.80} with such a dataschema is known")
        version = int(schema["version"])
        if version > model.VERSION:
            raise Poison("future_version", f"{event_type} {version} is newer than {model.VERSION}, the newest known")
        if version < model.VERSION:
            newest = {
                "dataschema": dataschema(model.TYPE, model.VERSION),
                "data": upcast.bring_up(model.TYPE, version, document.get("data")),
            }
            document = {**document, **newest}
        try:
            envelope = _ENVELOPES[model.TYPE].model_validate(document)
        except ValidationError as wrong:
            first = wrong.errors(include_input=False, include_url=False)[0]
            where = [str(part) for part in first["loc"]]
            reason = "bad_data" if where[:1] == ["data"] else "bad_envelope"
            # Where and what, without the value: it may be a child's name.
            raise Poison(reason, f"{'.'.join(where)}: {first['msg']}") from None
        return cls(*envelope.fact())

    @classmethod
    def from_message(cls, body: bytes) -> list[Self] | None:
        """Read a batch at once, in two thirds of the time. None where one element is wrong, or of an older version.

        `from_cloudevent` then tells of each what it is.
        """
        if b"NaN" in body or b"Infinity" in body:  # no JSON, but pydantic's parser takes it for some
            return None
        try:
            return [cls(*envelope.fact()) for envelope in _BATCH.validate_json(body)]
        except ValidationError:
            return None


def recorded_cloudevent(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row of the log, by its columns, as `Fact.to_cloudevent` had it, with its place in the batch and when it got it.

    Of an erased event `data` is left out, and `erased` is true.
    """
    attributes = _attributes(
        row["message_id"],
        row["source"],
        row["type"],
        row["version"],
        row["batch_id"],
        row["occurred_at"],
        correlationid=row["correlation_id"],
        causationid=row["causation_id"],
        traceparent=row["traceparent"],
        eventid=row["event_id"],
        recordedtime=row["recorded_at"].astimezone(UTC).isoformat(),
    )
    if row["data"] is None:
        return {**attributes, "erased": True}
    return {**attributes, "datacontenttype": "application/json", "data": row["data"]}


def _attributes(  # noqa: PLR0913, PLR0917 - what the standard wants
    message_id: UUID,
    source: str,
    event_type: str,
    version: int,
    batch_id: UUID,
    occurred_at: datetime,
    **extensions: str | int | None,
) -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "id": str(message_id),
        "source": source,
        "type": event_type,
        "subject": str(batch_id),
        "time": occurred_at.isoformat(),
        "dataschema": dataschema(event_type, version),
        **{name: value for name, value in extensions.items() if value is not None},
    }


class _Envelope(BaseModel):
    """What must be right around the data. Unknown attributes are extensions of others, and pass."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    type: str
    dataschema: str
    specversion: Literal["1.0"]
    id: UUID
    source: Text
    subject: UUID
    time: AwareDatetime
    data: Event
    correlationid: Text | None = None
    causationid: Text | None = None
    traceparent: Text | None = None

    def fact(self) -> tuple[Any, ...]:
        """The fields of a Fact."""
        return (
            self.id,
            self.subject,
            self.time,
            self.source,
            self.data,
            self.correlationid,
            self.causationid,
            self.traceparent,
        )


def _envelope(model: type[BatchEvent]) -> type[_Envelope]:
    """The envelope of an event's newest version."""
    fields: dict[str, Any] = {
        "type": Literal[model.TYPE],
        "dataschema": Literal[dataschema(model.TYPE, model.VERSION)],
        "data": model,
    }
    return create_model(f"_{model.__name__}Envelope", __base__=_Envelope, **fields)


_ENVELOPES = {name: _envelope(model) for name, model in EVENTS.items()}
_Element: Any = Annotated[Union[tuple(_ENVELOPES.values())], Field(discriminator="type")]  # noqa: UP007 - of a tuple
_BATCH: TypeAdapter[list[_Envelope]] = TypeAdapter(Annotated[list[_Element], Field(min_length=1)])
