"""The body of a request, as a form or as JSON; every refusal is a Rejected."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson
from pydantic import TypeAdapter, ValidationError

from schema.errors import Rejected
from schema.model import Url
from schema.plain import plain
from services.api import multipart

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from services.api.submission import Submission
    from services.api.uploads import Uploads

#: A form's text, and a JSON body, in bytes.
MOST_TEXT_BYTES = 256_000
_LINK: TypeAdapter[str] = TypeAdapter(Url)


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
    document = await _document(body, "an object with `swimmer` and `urls`")
    for name, value in document.items():
        _take_member(submission, name, value)


async def read_link(body: AsyncIterator[bytes], content_type: str) -> str:
    """The one link that a form or a JSON body has as `url`."""
    match content_type.split(";", 1)[0].strip().lower():
        case multipart.MEDIA_TYPE:
            document = await _texts(multipart.parts(body, content_type))
        case "application/json":
            document = await _document(body, "an object with `url`")
        case _:
            raise Rejected("unsupported-media-type", "send application/json or multipart/form-data with `url`")
    if unknown := sorted(document.keys() - {"url"}):
        raise Rejected("unknown-field", "the request has `url` alone", ((plain(unknown[0][:100]), "is not known"),))
    link = document.get("url")
    try:
        return _LINK.validate_python(link.strip() if isinstance(link, str) else link)
    except ValidationError:
        raise Rejected(
            "bad-url",
            "give the whole address of the meet's page as `url`, beginning with https:// or http://, of at most 2048"
            " characters",
            (("url", "is no link" if link else "is missing"),),
        ) from None


async def _document(body: AsyncIterator[bytes], wanted: str) -> dict[str, object]:
    """A JSON body that is an object."""
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
        raise Rejected("bad-json", f"the body must be {wanted}")
    return document


def _take_member(submission: Submission, name: str, value: object) -> None:
    match name, value:
        case "swimmer" | "swimmer_name", str():
            submission.take_swimmer(value)
        case "swimmers", list() if all(isinstance(swimmer, str) for swimmer in value):
            for swimmer in value:
                submission.take_swimmer(swimmer)
        case "urls", list() if all(isinstance(link, str) for link in value):
            submission.take_links(value)
        case "notification_email", str():
            submission.take_email(value)
        case "swimmer" | "swimmer_name" | "swimmers" | "notification_email", None:
            pass
        case "swimmer" | "swimmer_name" | "notification_email", _:
            raise Rejected("bad-json", f"`{name}` must be a text", ((name, "is not a text"),))
        case "swimmers" | "urls", _:
            raise Rejected("bad-json", f"`{name}` must be a list of texts", ((name, "is not a list of texts"),))
        case _:
            raise _unknown(name)


async def _texts(parts: AsyncIterator[multipart.Part]) -> dict[str, object]:
    """The fields of a form without files."""
    found: dict[str, object] = {}
    left = MOST_TEXT_BYTES
    async for part in parts:
        found[part.name], size = await _text(part, left)
        left -= size
    return found


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
        "a request has `swimmer` (JSON: or `swimmers`), `pdfs`, `urls` and `notification_email`",
        ((plain(name[:100]), "is not known"),),
    )
