"""What a command is answered with, where its sender set `reply_to`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal
from uuid import UUID

from pydantic import Field

from schema.model import Model

if TYPE_CHECKING:
    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

#: Every reason that a command is rejected for. More may come: take one that you do not know for a plain no.
REASONS = {
    "not_json": "the body is no JSON",
    "too_long": "the body is longer than 1 MiB",
    "unknown_type": "the AMQP property `type` names no command",
    "future_version": "the header `x-version` is newer than what is read here",
    "bad_fields": "a field is missing, unknown or wrong",
    "batch_id_taken": "`batch_id` names a batch of other content: choose a new one",
    "unknown_batch": "`batch_id` names no batch, or one that is forgotten",
    "batch_over": "a batch that is over cannot be cancelled",
    "batch_cancelled": "a cancelled batch is not tried again: hand its sheets in anew",
    "nothing_failed": "no job of the batch has failed",
    "unknown_job": "one of `job_ids` is no job of the batch",
    "job_not_failed": "one of `job_ids` has not failed",
    "mail_off": "no mail is sent from here",
    "fault": "a fault of ours: the command is kept for a person to look at, who may give it back",
}


class Accepted(Model):
    """The command took effect, now or when it came before."""

    status: Literal["accepted"] = "accepted"
    batch_id: UUID


class FieldError(Model):
    """What is wrong with one field, without its value: it may be a child's name."""

    field: str
    message: str


class Rejected(Model):
    """The command takes no effect; `reason` is a stable slug, `errors` name every field that is wrong."""

    status: Literal["rejected"] = "rejected"
    reason: Annotated[str, Field(description="; ".join(f"`{slug}`: {meaning}" for slug, meaning in REASONS.items()))]
    errors: tuple[FieldError, ...]


Answer = Annotated[Accepted | Rejected, Field(discriminator="status")]


def field_errors(wrong: ValidationError, *, hide: bool = False) -> tuple[FieldError, ...]:
    """Every field that is wrong. With `hide` unknown fields go unnamed: a log must not repeat a sender's own text."""
    details = wrong.errors(include_url=False, include_input=False, include_context=False)
    inside = {one["loc"][:1] for one in details if len(one["loc"]) > 1}
    return tuple(
        FieldError(field=_name(one, hide=hide), message=_message(one))
        for one in details
        # A list whose items are all wrong is called too short: pydantic counts the good ones.
        if one["type"] != "too_short" or one["loc"] not in inside
    )


#: Where pydantic's sentence quotes the input, or speaks of Python.
_SENTENCES = {
    "missing": "is missing",
    "extra_forbidden": "is not a field of this command",
    "model_type": "must be a JSON object",
    "model_attributes_type": "must be a JSON object",
    "string_type": "must be a text",
    "string_too_short": "must not be empty",
    "string_too_long": "is too long",
    "tuple_type": "must be a list",
    "too_short": "must have at least one",
    "union_tag_not_found": "must say its source_type: file or url",
    "union_tag_invalid": "must have the source_type file or url",
    "uuid_parsing": "must be a UUID",
    "uuid_type": "must be a UUID",
    "int_parsing": "must be a whole number",
}
#: What a field's pattern means, by the last part of its name.
_SHAPES = {
    "swimmer_name": "must be one line of text",
    "email": "must look like name@example.org",
    "notification_email": "must look like name@example.org",
    "client_ip": "must be an IP address",
    "url": "must begin with http:// or https:// and have no blanks",
    "checksum": "must be 32 characters of 0-9 and a-f",
    "filename": "must have no NUL",
}


def _name(error: ErrorDetails, *, hide: bool) -> str:
    path = [str(part) for part in error["loc"]]
    if path[:1] == ["sources"]:
        del path[2:3]  # pydantic has the source_type in the path, which the document has not
    if hide and error["type"] == "extra_forbidden":
        path[-1] = "(a field that is not known)"
    return ".".join(path) or "body"


def _message(error: ErrorDetails) -> str:
    if error["type"] == "string_pattern_mismatch":
        return _SHAPES.get(str(error["loc"][-1]), error["msg"])
    return _SENTENCES.get(error["type"], error["msg"])
