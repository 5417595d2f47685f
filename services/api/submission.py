from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import orjson
from pydantic import TypeAdapter, ValidationError

from schema.commands import SubmitBatch, UrlSource
from schema.errors import Rejected
from schema.model import Email
from services.api import multipart

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from uuid import UUID

    from schema.commands import Source
    from services.api.uploads import Uploads

#: A form's text, and a JSON body, in bytes.
MOST_TEXT_BYTES = 256_000
LONGEST_NAME = 255
_EMAIL: TypeAdapter[str] = TypeAdapter(Email)


@dataclass(slots=True)
class Submission:
    """What a person asks for, gathered field by field in the order it came; every refusal is a Rejected."""

    max_pdfs: int
    swimmer: str | None = None
    email: str | None = None
    sources: list[Source] = field(default_factory=list)

    def take_swimmer(self, name: str) -> None:
        if self.swimmer is not None:
            raise Rejected("field-twice", "give one swimmer's name a batch; send a batch for each swimmer")
        self.swimmer = swimmer_name(name)

    def take_email(self, address: str) -> None:
        if not address.strip():
            return
        try:
            self.email = _EMAIL.validate_python(address.strip())
        except ValidationError:
            raise Rejected(
                "bad-email",
                "the address for the mail must look like name@example.org; mend it or leave it out",
                (("notification_email", "is no mail address"),),
            ) from None

    def take_links(self, links: list[str]) -> None:
        """Links, one an element or one a line; blank ones are skipped."""
        for link in (line.strip() for text in links for line in text.splitlines()):
            if link:
                self.take_source(url_source(link, len(self.sources) + 1))

    def take_source(self, source: Source) -> None:
        self.need_room()
        self.sources.append(source)

    def need_room(self) -> None:
        if len(self.sources) == self.max_pdfs:
            raise Rejected("too-many-files", f"a batch takes {self.max_pdfs} PDFs; send the others as another batch")

    def command(self, batch_id: UUID, client_ip: str | None) -> SubmitBatch:
        """The command, once everything has come. Raises Rejected for what is missing."""
        if self.swimmer is None:
            raise Rejected(
                "name-missing", "say whose swims to look for in the field `swimmer`", (("swimmer", "is missing"),)
            )
        if not self.sources:
            raise Rejected("empty-batch", "send PDF files in the field `pdfs`, or links to PDFs in the field `urls`")
        return SubmitBatch(
            batch_id=batch_id,
            swimmer_name=self.swimmer,
            sources=tuple(self.sources),
            client_ip=client_ip,
            notification_email=self.email,
        )


async def read_form(submission: Submission, body: AsyncIterator[bytes], content_type: str, uploads: Uploads) -> None:
    """Read a multipart form; PDFs go through `uploads` into the store as they come."""
    text_left = MOST_TEXT_BYTES
    async for part in multipart.parts(body, content_type):
        if part.name == "pdfs":
            if part.filename:
                submission.need_room()
            source = await uploads.stage(part.filename or "", part.chunks)
            if source is not None:
                submission.take_source(source)
            continue
        text, size = await _text(part, text_left)
        text_left -= size
        match part.name:
            case "swimmer" | "swimmer_name":
                submission.take_swimmer(text)
            case "urls":
                submission.take_links([text])
            case "notification_email":
                submission.take_email(text)
            case _:
                raise _unknown(part.name)


async def read_json(submission: Submission, body: AsyncIterator[bytes]) -> None:
    """Read the JSON form of a batch: links only."""
    whole = bytearray()
    async for chunk in body:
        whole += chunk
        if len(whole) > MOST_TEXT_BYTES:
            raise Rejected("body-too-large", f"a JSON body may have {MOST_TEXT_BYTES} bytes; send PDFs as a form")
    try:
        document = orjson.loads(whole)
    except orjson.JSONDecodeError as wrong:
        raise Rejected("bad-json", f"the body is not JSON ({wrong})") from None
    if not isinstance(document, dict):
        raise Rejected("bad-json", "the body must be an object with `swimmer` and `urls`")
    for name, value in document.items():
        _take_member(submission, name, value)


def _take_member(submission: Submission, name: str, value: object) -> None:
    match name, value:
        case "swimmer" | "swimmer_name", str():
            submission.take_swimmer(value)
        case "urls", list() if all(isinstance(link, str) for link in value):
            submission.take_links(value)
        case "notification_email", str():
            submission.take_email(value)
        case "notification_email", None:
            pass
        case "swimmer" | "swimmer_name" | "notification_email", _:
            raise Rejected("bad-json", f"`{name}` must be a text", ((name, "is not a text"),))
        case "urls", _:
            raise Rejected("bad-json", "`urls` must be a list of texts", (("urls", "is not a list of texts"),))
        case _:
            raise _unknown(name)


def swimmer_name(given: str) -> str:
    """The name without blanks around it. Raises Rejected for what is no name."""
    name = given.strip()
    if not name:
        raise Rejected("name-blank", "say whose swims to look for: the name is blank", (("swimmer", "is blank"),))
    if len(name) > LONGEST_NAME:
        raise Rejected(
            "name-too-long",
            f"a name may have {LONGEST_NAME} characters, this one has {len(name)}",
            (("swimmer", "is too long"),),
        )
    if re.search(r"[\x00-\x1f\x7f]", name):
        raise Rejected(
            "name-not-a-line", "a name is one line without control characters", (("swimmer", "is not one line"),)
        )
    return name


def url_source(link: str, number: int) -> UrlSource:
    """A link as a source. Raises Rejected for what no worker could fetch."""
    try:
        host = urlsplit(link).hostname
        source = UrlSource(url=link)
    except (ValueError, ValidationError):
        host = None
    if not host:
        raise Rejected(
            "bad-url",
            f"source {number} is no link that can be fetched; give whole links, beginning with https:// or http://,"
            " of at most 2048 characters",
            (("urls", f"source {number} cannot be used"),),
        )
    return source


async def _text(part: multipart.Part, limit: int) -> tuple[str, int]:
    """The text of a field, and its size in bytes."""
    whole = bytearray()
    async for chunk in part.chunks:
        whole += chunk
        if len(whole) > limit:
            raise Rejected("field-too-large", f"the texts of a form may have {MOST_TEXT_BYTES} bytes in all")
    try:
        return whole.decode(), len(whole)
    except UnicodeDecodeError:
        raise Rejected("bad-encoding", "send every text as UTF-8") from None


def _unknown(name: str) -> Rejected:
    return Rejected(
        "unknown-field",
        "a batch has `swimmer`, `pdfs`, `urls` and `notification_email`",
        ((name[:100], "is not known"),),
    )
