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


UUID: Document = {"type": "string", "format": "uuid"}
TEXT: Document = {"type": "string"}
BATCH = "/api/batches/{batch_id}"
BATCH_ID = Parameter("batch_id", "path", UUID, "The batch, as the answer to a submit names it.")
IF_NONE_MATCH = Parameter("If-None-Match", "header", TEXT, "The `ETag` of the answer that you have: 304 if it holds.")
SAME = Answer(304, "What you have is what there is.", headers=("ETag", "Link"))
OF_BATCH = ("bad-batch-id", "not-found", "gone", "database-unavailable")
