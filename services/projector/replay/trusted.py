"""Events read back from the log without validating them again: they were, on their way in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from enum import Enum
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Annotated, Any, Literal, Union, get_args, get_origin
from uuid import UUID

from asyncpg.pgproto import pgproto
from pydantic import AwareDatetime

from schema import upcast
from schema.events import EVENTS, JobCompleted
from schema.model import Model

if TYPE_CHECKING:
    from schema.events import BatchEvent

Convert = Callable[[Any], Any]
#: The fold never looks into an extraction, and its row takes the JSON as it is.
RAW = {(JobCompleted, "extraction")}


def trusted(event_type: str, version: int, data: dict[str, Any]) -> BatchEvent:
    """The event of a log row; what `RAW` names stays plain JSON. `data` is its own from now on."""
    build, newest = _BUILD[event_type]
    event: BatchEvent = build(data if version == newest else upcast.bring_up(event_type, version, data))
    return event


def _built(model: type[Model]) -> Convert:
    """What makes a `model` of JSON that one was dumped to without its Nones."""
    defaults = {name: field.default for name, field in model.model_fields.items() if not field.is_required()}
    fields = [
        (name, convert, field.is_required())
        for name, field in model.model_fields.items()
        if (model, name) not in RAW and (convert := _convert(field.annotation)) is not None
    ]
    always = [(name, convert) for name, convert, required in fields if required]
    sometimes = [(name, convert) for name, convert, required in fields if not required]
    new, put = object.__new__, object.__setattr__  # what is frozen is filled from below

    def build(data: dict[str, Any]) -> Model:
        values = {**defaults, **data}
        for name, convert in always:
            values[name] = convert(data[name])
        for name, convert in sometimes:
            if name in data:
                values[name] = convert(data[name])
        made = new(model)
        put(made, "__dict__", values)
        put(made, "__pydantic_fields_set__", {*data})
        put(made, "__pydantic_extra__", None)
        put(made, "__pydantic_private__", None)
        return made

    return build


def _convert(annotation: Any) -> Convert | None:  # noqa: ANN401, C901, PLR0911 - a type of any form; one return a form
    """From JSON to the type of a field; None where they are the same."""
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _convert(inner[0])
    if origin in (Union, UnionType):
        return _of_union([one for one in inner if one is not NoneType])
    if origin is Literal:
        return _convert(type(inner[0]))
    if origin is tuple and inner[1:] == (...,):
        each = _convert(inner[0])
        return tuple if each is None else lambda values: tuple(map(each, values))
    if annotation in (str, int, bool):
        return None
    if annotation is UUID:
        return pgproto.UUID  # one like the others, made in a tenth of the time
    if annotation in (datetime, AwareDatetime):
        return datetime.fromisoformat
    if annotation is date:
        return date.fromisoformat
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return {member.value: member for member in annotation}.__getitem__
    if isinstance(annotation, type) and issubclass(annotation, Model):
        return _built(annotation)
    raise TypeError(f"no way is known from JSON to {annotation!r}")


def _of_union(models: list[Any]) -> Convert | None:
    """One type and None; or models that each have a `source_type` of their own."""
    if len(models) == 1:
        return _convert(models[0])
    builds = {model.model_fields["source_type"].default: _built(model) for model in models}
    return lambda data: builds[data["source_type"]](data)


_BUILD = {name: (_built(model), model.VERSION) for name, model in EVENTS.items()}
