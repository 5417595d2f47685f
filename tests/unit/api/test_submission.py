from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

import orjson
import pytest

from schema.commands import UrlSource
from schema.errors import Rejected
from services.api.submission import MOST_TEXT_BYTES, Submission, read_json

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from schema.commands import SubmitBatch

BATCH = UUID("0199c0de-0000-7000-8000-000000000000")
LINK = "https://example.org/heats.pdf"


async def _json(document: object, max_pdfs: int = 15) -> SubmitBatch:
    return await _bytes(orjson.dumps(document), max_pdfs)


async def _bytes(whole: bytes, max_pdfs: int = 15) -> SubmitBatch:
    async def body() -> AsyncIterator[bytes]:
        for start in range(0, len(whole), 50_000):
            yield whole[start : start + 50_000]

    submission = Submission(max_pdfs)
    await read_json(submission, body())
    return submission.command(BATCH, "192.0.2.7")


async def test_json_becomes_a_command() -> None:
    asked = {"swimmer": " Maya Lindqvist ", "urls": [LINK, " ", f"{LINK}?b\n{LINK}?c"], "notification_email": "a@b.org"}
    command = await _json(asked)
    assert command.swimmer_name == "Maya Lindqvist"
    assert command.sources == tuple(UrlSource(url=url) for url in (LINK, f"{LINK}?b", f"{LINK}?c"))
    assert (command.client_ip, command.notification_email) == ("192.0.2.7", "a@b.org")


async def test_the_name_may_be_called_swimmer_name_and_the_address_be_left_open() -> None:
    command = await _json({"swimmer_name": "Maya", "urls": [LINK], "notification_email": None})
    assert (command.swimmer_name, command.notification_email) == ("Maya", None)


async def test_a_name_may_have_255_characters() -> None:
    assert len((await _json({"swimmer": "ß" * 255, "urls": [LINK]})).swimmer_name) == 255


@pytest.mark.parametrize(
    ("document", "slug"),
    [
        ({"urls": [LINK]}, "name-missing"),
        ({"swimmer": " \t ", "urls": [LINK]}, "name-blank"),
        ({"swimmer": "\u2003", "urls": [LINK]}, "name-blank"),
        ({"swimmer": "x" * 256, "urls": [LINK]}, "name-too-long"),
        ({"swimmer": "Maya\nLindqvist", "urls": [LINK]}, "name-not-a-line"),
        ({"swimmer": "Maya\x00", "urls": [LINK]}, "name-not-a-line"),
        ({"swimmer": "Maya", "swimmer_name": "Maya", "urls": [LINK]}, "field-twice"),
        ({"swimmer": "Maya"}, "empty-batch"),
        ({"swimmer": "Maya", "urls": ["", " "]}, "empty-batch"),
        ({"swimmer": "Maya", "urls": [LINK] * 16}, "too-many-files"),
        ({"swimmer": "Maya", "urls": ["ftp://example.org/a.pdf"]}, "bad-url"),
        ({"swimmer": "Maya", "urls": ["example.org/a.pdf"]}, "bad-url"),
        ({"swimmer": "Maya", "urls": ["https:///a.pdf"]}, "bad-url"),
        ({"swimmer": "Maya", "urls": ["https://[::1/a.pdf"]}, "bad-url"),
        ({"swimmer": "Maya", "urls": [LINK + "x" * 2048]}, "bad-url"),
        ({"swimmer": "Maya", "urls": ["https://exa mple.org/"]}, "bad-url"),
        ({"swimmer": "Maya", "urls": [LINK], "notification_email": "nobody"}, "bad-email"),
        ({"swimmer": "Maya", "urls": [LINK], "notification_email": "a@b.org\r\nBcc: c@d.org"}, "bad-email"),
        ({"swimmer": "Maya", "urls": [LINK], "pdfs": []}, "unknown-field"),
        ({"swimmer": 7, "urls": [LINK]}, "bad-json"),
        ({"swimmer": "Maya", "urls": LINK}, "bad-json"),
        ({"swimmer": "Maya", "urls": [LINK, 7]}, "bad-json"),
        ([], "bad-json"),
    ],
)
async def test_what_cannot_be_done_is_refused_by_name(document: object, slug: str) -> None:
    with pytest.raises(Rejected) as refused:
        await _json(document)
    assert refused.value.slug == slug


@pytest.mark.parametrize("whole", [b"", b"{", b'{"swimmer": "\\ud800"}', b"\xff", b"[" * 100_000])
async def test_what_is_no_json_is_refused(whole: bytes) -> None:
    with pytest.raises(Rejected) as refused:
        await _bytes(whole)
    assert refused.value.slug == "bad-json"


async def test_a_json_body_is_bounded() -> None:
    with pytest.raises(Rejected) as refused:
        await _bytes(b" " * (MOST_TEXT_BYTES + 1))
    assert refused.value.slug == "body-too-large"
