"""JSON Schemas of what passes the broker's door, made from the models: one a command, event and answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic.json_schema import GenerateJsonSchema, models_json_schema

from schema.answers import Accepted, Rejected
from schema.cloudevents import dataschema
from schema.commands import COMMANDS
from schema.events import EVENTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pydantic import BaseModel
    from pydantic_core.core_schema import DataclassField, ModelField, TaggedUnionSchema, TypedDictField

    from schema.events import Event

JsonSchema = dict[str, Any]
DIALECT = "https://json-schema.org/draft/2020-12/schema"
ANSWERS: Mapping[str, type[Accepted | Rejected]] = {"accepted": Accepted, "rejected": Rejected}
#: The version of the answers: they have no field and no header for it, so a new shape would be a new status.
ANSWER_VERSION = 1


def json_schemas() -> dict[str, JsonSchema]:
    """By `<type>.<version>`. Of an event it is that of its `data`, and its `$id` is the event's `dataschema`."""
    return {
        **{
            f"{name}.{model.VERSION}": _whole(model, f"urn:heatstream:command:{name}:{model.VERSION}")
            for name, model in COMMANDS.items()
        },
        **{f"{name}.{model.VERSION}": _whole(model, dataschema(name, model.VERSION)) for name, model in EVENTS.items()},
        **{
            f"{name}.{ANSWER_VERSION}": _whole(model, f"urn:heatstream:answer:{name}:{ANSWER_VERSION}")
            for name, model in ANSWERS.items()
        },
    }


def shared_schemas(models: Iterable[type[BaseModel]], ref_template: str) -> dict[str, JsonSchema]:
    """Those of `models` and of what they are made of, by the models' names; each refers to others by `ref_template`."""
    _, shared = models_json_schema(
        [(model, "validation") for model in models], ref_template=ref_template, schema_generator=_Plain
    )
    definitions: dict[str, JsonSchema] = shared["$defs"]
    return definitions


def cloudevent(event: type[Event], data: JsonSchema) -> JsonSchema:
    """An event in its envelope, with the schema of its `data`. Attributes that are not named here may come, too."""
    text: JsonSchema = {"type": "string"}
    return {
        "type": "object",
        "properties": {
            "specversion": {"const": "1.0"},
            "id": {"type": "string", "format": "uuid", "description": "The same when the event is delivered again."},
            "source": {**text, "format": "uri-reference", "description": "Who saw it happen."},
            "type": {"const": event.TYPE},
            "subject": {"type": "string", "format": "uuid", "description": "The batch."},
            "time": {"type": "string", "format": "date-time", "description": "When, by the clock of `source`."},
            "dataschema": {"const": dataschema(event.TYPE, event.VERSION)},
            "datacontenttype": {"const": "application/json"},
            "correlationid": {**text, "description": "The request at the start of the chain."},
            "causationid": {**text, "description": "The message that it follows from."},
            "traceparent": {**text, "description": "W3C Trace Context."},
            "data": data,
        },
        "required": ["specversion", "id", "source", "type", "subject", "time", "dataschema", "data"],
    }


def _whole(model: type[BaseModel], identifier: str) -> JsonSchema:
    return {"$schema": DIALECT, "$id": identifier, **model.model_json_schema(schema_generator=_Plain)}


class _Plain(GenerateJsonSchema):
    """Without titles that only repeat a field's name, and without OpenAPI's `discriminator`.

    A constant that is required in each variant tells them apart, and AsyncAPI means something else by the word.
    """

    def field_title_should_be_set(self, schema: object) -> bool:  # noqa: ARG002
        return False

    def field_is_required(self, field: ModelField | DataclassField | TypedDictField, total: bool) -> bool:  # noqa: FBT001
        tag = field["schema"]["type"] == "default" and field["schema"]["schema"]["type"] == "literal"
        return tag or super().field_is_required(field, total)

    def tagged_union_schema(self, schema: TaggedUnionSchema) -> JsonSchema:
        document = super().tagged_union_schema(schema)
        document.pop("discriminator", None)
        return document
