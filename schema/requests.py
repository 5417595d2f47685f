"""What the gateway is asked with, as programs should send it; it forgives blanks around a text, and more alike."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field, JsonValue, StringConstraints, WithJsonSchema

from schema.commands import MAX_SOURCES
from schema.model import GivenEmail, Model
from schema.plain import CONTROLS, TURNS

#: A name as a person types it: one line that is not blank.
Name = Annotated[
    str,
    StringConstraints(min_length=1, max_length=255, pattern=rf"^[^{CONTROLS}]*[^\s{CONTROLS}{TURNS}][^{CONTROLS}]*$"),
]
#: A link; its host is a name in ASCII or an IPv4 address, with or without a port.
Link = Annotated[
    str,
    StringConstraints(
        max_length=2048, pattern=r"^https?://[0-9A-Za-z][0-9A-Za-z.-]*(:[1-5]?[0-9]{1,4})?([/?#][^\x00-\x20]*)?$"
    ),
]
#: An address for mail, or nothing: what a form has where nobody typed one.
EmailOrBlank = Annotated[
    str,
    StringConstraints(
        max_length=255,
        pattern=rf"^([^@\x20{CONTROLS}{TURNS}]+@[^@\x20{CONTROLS}{TURNS}]+\.[^@\x20{CONTROLS}{TURNS}]+)?$",
    ),
]
PdfBytes = Annotated[bytes, WithJsonSchema({"type": "string", "contentMediaType": "application/pdf"})]
#: Brothers and sisters, or a relay with its alternates: each is a batch of its own over all the sheets.
MOST_SWIMMERS = 8
#: What a calendar may ask for: minutes before each swim at which to remind.
ALARMS = (5, 10, 15)


def _given(name: str, **what: JsonValue) -> JsonValue:
    """JSON Schema for: this member is there, and is more than nothing."""
    return {"required": [name], "properties": {name: what}}


_NAMED: list[JsonValue] = [_given("swimmer", type="string"), _given("swimmers", type="array", minItems=1)]
_SHEETS: list[JsonValue] = [_given("pdfs", minItems=1), _given("urls", minItems=1)]


class SubmitRequest(Model):
    """Find the swims of each swimmer in the sheets behind these links: of `swimmer`, of `swimmers`, or of both."""

    model_config = ConfigDict(json_schema_extra={"anyOf": _NAMED})

    swimmer: Name | None = None
    swimmers: Annotated[tuple[Name, ...], Field(max_length=MOST_SWIMMERS)] | None = None
    urls: Annotated[tuple[Link, ...], Field(min_length=1, max_length=MAX_SOURCES)]
    notification_email: EmailOrBlank | None = None


class SubmitForm(Model):
    """Find the swims of each swimmer in these PDFs, and in those behind these links, in the order of the parts.

    A list is a part for each of its members, all of the same name; a text of `urls` may have several links, one a line.
    """

    model_config = ConfigDict(json_schema_extra={"anyOf": _SHEETS})

    swimmer: Annotated[tuple[Name, ...], Field(min_length=1, max_length=MOST_SWIMMERS)]
    pdfs: Annotated[tuple[PdfBytes, ...], Field(max_length=MAX_SOURCES)] = ()
    urls: Annotated[tuple[Link, ...], Field(max_length=MAX_SOURCES)] = ()
    notification_email: EmailOrBlank = ""


class DiscoverRequest(Model):
    """Say which PDFs this page links to."""

    url: Link


class RetryRequest(Model):
    """Try these failed jobs again, or all of them when `job_ids` is left out."""

    job_ids: Annotated[tuple[UUID, ...], Field(min_length=1, max_length=MAX_SOURCES)] | None = None


class NotifyRequest(Model):
    """Mail this address when the batch is over."""

    email: GivenEmail
