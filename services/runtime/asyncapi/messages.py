"""Messages. Their AMQP properties stand in `x-amqp-properties`: AsyncAPI's headers are a program's own only."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

from schema.cloudevents import BATCH_CONTENT_TYPE
from schema.commands import COMMANDS, VERSION_HEADER
from schema.events import DERIVED, EVENTS
from schema.json_schemas import ANSWERS, cloudevent
from services.runtime.event_publisher import MOST_EVENTS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import BaseModel

    from schema.commands import AnyCommand
    from schema.events import BatchEvent

Document = dict[str, Any]
#: What is on the broker: the projector tells what it derives to the database only.
_EVENTS = {name: model for name, model in EVENTS.items() if model not in DERIVED}
MODELS: tuple[type[BaseModel], ...] = (*COMMANDS.values(), *ANSWERS.values(), *_EVENTS.values())
SCHEMAS = "#/components/schemas/{model}"
BINDING = {"bindingVersion": "0.3.0"}
_JSON = "application/json"
_PERSISTENT = {"const": 2, "description": "On disk: it outlives a restart of the broker."}


def ref(*path: str) -> Document:
    return {"$ref": "#/" + "/".join(path)}


def summary(model: type[BaseModel]) -> str:
    """The first paragraph of what the model says of itself, in one line."""
    return " ".join((inspect.getdoc(model) or "").split("\n\n")[0].split())


def messages(examples: Mapping[str, object]) -> Document:
    """Commands, answers, and `events`: the one message that events travel in, made of a message each event type."""
    return {
        **{name: _command(model, examples) for name, model in COMMANDS.items()},
        **{name: _answer(name, model) for name, model in ANSWERS.items()},
        "events": _events(examples),
        **{name: _event(model, examples) for name, model in _EVENTS.items()},
    }


def traits() -> Document:
    return {
        "command": {
            "headers": {
                "type": "object",
                "properties": {
                    VERSION_HEADER: {"type": "integer", "minimum": 1, "default": 1, "description": "Of the body."},
                    "traceparent": {"type": "string", "description": "W3C Trace Context; events carry it on."},
                },
            },
            "correlationId": {
                "location": "$message.header#/correlation_id",
                "description": "The AMQP property: it comes back in the answer, and stands in the events. Without it"
                " `message_id` does.",
            },
        }
    }


def _command(model: type[AnyCommand], examples: Mapping[str, object]) -> Document:
    return {
        **_told(model.TYPE, model),
        "contentType": _JSON,
        "traits": [ref("components", "messageTraits", "command")],
        "payload": _schema(model),
        "bindings": {"amqp": {"messageType": model.TYPE, **BINDING}},
        "examples": [
            {
                "name": model.TYPE,
                "headers": {VERSION_HEADER: model.VERSION},
                "payload": examples[f"{model.TYPE}.{model.VERSION}"],
            }
        ],
        **_properties(
            ("type",),
            type={"const": model.TYPE},
            content_type={"const": _JSON},
            message_id={"type": "string", "description": "A UUIDv7 say; the same one when it is sent again."},
            timestamp={"type": "integer", "description": "When it was sent, in seconds of Unix time."},
            correlation_id={"type": "string", "description": "The request that this belongs to."},
            reply_to={"type": "string", "description": "The queue that the answer goes to."},
            app_id={"type": "string", "description": "The program that sends."},
            delivery_mode=_PERSISTENT,
        ),
    }


def _answer(name: str, model: type[BaseModel]) -> Document:
    return {
        **_told(name, model),
        "contentType": _JSON,
        "correlationId": {
            "location": "$message.header#/correlation_id",
            "description": "The AMQP property: that of the command, or its `message_id` where it has none.",
        },
        "payload": _schema(model),
        "examples": [{"name": name, "payload": _ANSWERS[name]}],
        **_properties(
            ("content_type",),
            content_type={"const": _JSON},
            correlation_id={"type": "string"},
            app_id={"const": "heatstream/worker"},
        ),
    }


def _events(examples: Mapping[str, object]) -> Document:
    one = [examples[f"{model.TYPE}.{model.VERSION}"] for model in _EVENTS.values()]
    return {
        "name": "events",
        "title": "Events",
        "summary": f"1 to {MOST_EVENTS} events of one partition in their order, in the JSON batch format.",
        "contentType": BATCH_CONTENT_TYPE,
        "payload": {
            "type": "array",
            "minItems": 1,
            "maxItems": MOST_EVENTS,
            "items": {"oneOf": [ref("components", "messages", name, "payload") for name in _EVENTS]},
        },
        "examples": [{"name": "events", "summary": "One of each type.", "payload": one}],
        **_properties(
            ("content_type", "delivery_mode"),
            content_type={"const": BATCH_CONTENT_TYPE},
            delivery_mode=_PERSISTENT,
        ),
    }


def _event(model: type[BatchEvent], examples: Mapping[str, object]) -> Document:
    return {
        **_told(model.TYPE, model),
        "contentType": "application/cloudevents+json",
        "payload": cloudevent(model, _schema(model)),
        "examples": [{"name": model.TYPE, "payload": examples[f"{model.TYPE}.{model.VERSION}"]}],
    }


def _told(name: str, model: type[BaseModel]) -> Document:
    return {"name": name, "title": model.__name__, "summary": summary(model)}


def _schema(model: type[BaseModel]) -> Document:
    return {"$ref": SCHEMAS.format(model=model.__name__)}


def _properties(required: tuple[str, ...], **properties: Document) -> Document:
    return {"x-amqp-properties": {"type": "object", "properties": properties, "required": list(required)}}


_BATCH = "019a0000-0000-7000-8000-000000000001"
_ANSWERS = {
    "accepted": {"status": "accepted", "batch_id": _BATCH},
    "rejected": {
        "status": "rejected",
        "reason": "bad_fields",
        "errors": [{"field": "swimmer_name", "message": "is missing"}, {"field": "sources", "message": "is missing"}],
    },
}
