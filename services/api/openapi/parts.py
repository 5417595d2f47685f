"""What the table of operations is made of."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import BaseModel

Document = dict[str, Any]
JSON, FORM, STREAM = "application/json", "multipart/form-data", "text/event-stream"
CALENDAR, HTML = "text/calendar", "text/html"


@dataclass(frozen=True, slots=True)
class Parameter:
    """`place` is `path`, `query` or `header`; what is in the path is required always."""

    name: str
    place: str
    schema: Document
    description: str
    required: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """A status that is no problem; `content` has a model or a schema for each media type, `headers` name components."""

    status: int
    description: str
    content: Mapping[str, type[BaseModel] | Document] = field(default_factory=dict)
    headers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Operation:
    """A method of an address: what it takes, and all that it may answer. `problems` are slugs of the catalogue."""

    name: str
    method: str
    path: str
    tag: str
    summary: str
    answers: tuple[Answer, ...]
    problems: tuple[str, ...] = ()
    description: str = ""
    parameters: tuple[Parameter, ...] = ()
    body: Mapping[str, type[BaseModel]] = field(default_factory=dict)
    body_required: bool = True
