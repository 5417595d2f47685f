from __future__ import annotations

from typing import TYPE_CHECKING

import orjson
import pytest

from schema.commands import UrlSource
from schema.errors import Rejected
from schema.requests import MOST_SWIMMERS
from services.api.bodies import MOST_TEXT_BYTES, read_json
from services.api.idempotency import batch_id, key
from services.api.submission import Submission
from services.runtime import clock

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from uuid import UUID

    from schema.commands import SubmitBatch

LINK = "https://example.org/heats.pdf"


async def _json(document: object) -> SubmitBatch:
    (command,) = await _all(document)
    return command


async def _all(document: object, key: str | None = None) -> list[SubmitBatch]:
    submission = await _bytes(orjson.dumps(document))
    return submission.commands(lambda name: batch_id(key, name, submission), "192.0.2.7")


async def _bytes(whole: bytes, *, mails: bool = True) -> Submission:
    async def body() -> AsyncIterator[bytes]:
        for start in range(0, len(whole), 50_000):
            yield whole[start : start + 50_000]

    submission = Submission(max_pdfs=15, mails=mails)
    await read_json(submission, body())
    return submission


async def test_json_becomes_a_command() -> None:
    asked = {"swimmer": " Maya Lindqvist ", "urls": [LINK, " ", f"{LINK}?b\n{LINK}?c"], "notification_email": "a@b.org"}
    command = await _json(asked)
    assert command.swimmer_name == "Maya Lindqvist"
    assert command.sources == tuple(UrlSource(url=url) for url in (LINK, f"{LINK}?b", f"{LINK}?c"))
    assert (command.client_ip, command.notification_email) == ("192.0.2.7", "a@b.org")


async def test_a_link_stays_whole_whatever_python_takes_for_the_end_of_a_line() -> None:
    odd = f"{LINK}?a\x85b\u2028c"
    command = await _json({"swimmer": "Maya", "swimmers": None, "urls": [odd, f"{LINK}\r\n{LINK}?b"]})
    assert command.sources == tuple(UrlSource(url=url) for url in (f"{LINK}?a%C2%85b%E2%80%A8c", LINK, f"{LINK}?b"))


async def test_the_name_may_be_called_swimmer_name_and_the_address_be_left_open() -> None:
    command = await _json({"swimmer_name": "Maya", "urls": [LINK], "notification_email": None})
    assert (command.swimmer_name, command.notification_email) == ("Maya", None)


async def test_an_address_is_refused_where_no_mail_is_sent() -> None:
    with pytest.raises(Rejected) as refused:
        await _bytes(b'{"notification_email": "a@b.org"}', mails=False)
    assert refused.value.slug == "mail-off"
    assert (await _bytes(b'{"notification_email": " "}', mails=False)).email is None


async def test_a_name_may_have_255_characters() -> None:
    assert len((await _json({"swimmer": "ß" * 255, "urls": [LINK]})).swimmer_name) == 255


async def test_each_swimmer_is_a_command_over_the_same_sources() -> None:
    names = [f"Maya {number}" for number in range(MOST_SWIMMERS)]
    commands = await _all({"swimmers": names, "urls": [LINK], "notification_email": "a@b.org"})
    assert [command.swimmer_name for command in commands] == names
    assert len({command.batch_id for command in commands}) == MOST_SWIMMERS
    assert len({command.model_dump_json(exclude={"batch_id", "swimmer_name"}) for command in commands}) == 1
    together = await _all({"swimmer": "Maya", "swimmers": ["Ida"], "urls": [LINK]})
    assert [command.swimmer_name for command in together] == ["Maya", "Ida"]


async def test_under_a_key_a_swimmer_has_one_batch_whoever_else_is_asked_for() -> None:
    async def ids(key: str, *names: str, link: str = LINK) -> list[UUID]:
        return [command.batch_id for command in await _all({"swimmers": names, "urls": [link]}, key)]

    maya, ida = await ids("key", "Maya", "Ida")
    assert [maya, ida] == await ids("key", "Maya", "Ida")
    assert [ida, maya] == await ids("key", "Ida", "Maya")
    assert [maya] == await ids("key", "Maya")
    others = [*await ids("another-key", "Maya", "Ida"), *await ids("key", "Maya", "Ida", link=f"{LINK}?2")]
    assert len({maya, ida, *others}) == 6


async def test_each_name_that_is_there_again_is_told() -> None:
    with pytest.raises(Rejected) as refused:
        await _all({"swimmers": ["Maya Berg", "Ida", "Berg, Maya", "ida"], "urls": [LINK]})
    assert refused.value.fields == (
        ("swimmer", "“Berg, Maya” is “Maya Berg” again"),
        ("swimmer", "“ida” is “Ida” again"),
    )


@pytest.mark.parametrize(
    ("document", "slug"),
    [
        ({"urls": [LINK]}, "name-missing"),
        ({"swimmer": " \t ", "urls": [LINK]}, "name-blank"),
        ({"swimmer": "\u2003", "urls": [LINK]}, "name-blank"),
        ({"swimmer": "x" * 256, "urls": [LINK]}, "name-too-long"),
        ({"swimmer": "Maya\nLindqvist", "urls": [LINK]}, "name-not-a-line"),
        ({"swimmer": "Maya\x00", "urls": [LINK]}, "name-not-a-line"),
        ({"swimmer": "Maya", "swimmer_name": "Maya", "urls": [LINK]}, "swimmer-twice"),
        ({"swimmers": ["Maya", "Ida", "MAYÁ"], "urls": [LINK]}, "swimmer-twice"),
        ({"swimmers": ["Maya Lindqvist", "Lindqvist,  maya"], "urls": [LINK]}, "swimmer-twice"),
        ({"swimmers": ["?", "?"], "urls": [LINK]}, "swimmer-twice"),
        ({"swimmers": ["Maya", " "], "urls": [LINK]}, "name-blank"),
        ({"swimmers": [], "urls": [LINK]}, "name-missing"),
        ({"swimmers": [f"Maya {number}" for number in range(MOST_SWIMMERS + 1)]}, "too-many-swimmers"),
        ({"swimmers": ["Maya", 7], "urls": [LINK]}, "bad-json"),
        ({"swimmers": "Maya", "urls": [LINK]}, "bad-json"),
        ({"swimmer": "Maya"}, "empty-batch"),
        ({"swimmer": "Maya", "urls": ["", " "]}, "empty-batch"),
        ({"swimmer": "Maya", "urls": [LINK] * 16}, "too-many-files"),
        ({"swimmer": "Maya", "urls": ["ftp://example.org/a.pdf"]}, "bad-url"),
        ({"swimmer": "Maya", "urls": ["example.org/a.pdf"]}, "bad-url"),
        ({"swimmer": "Maya", "urls": ["https:///a.pdf"]}, "bad-url"),
        ({"swimmer": "Maya", "urls": ["https://example.org:8x/a.pdf"]}, "bad-url"),
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


def test_ids_that_nobody_gave_a_key_for_are_the_systems_chance(monkeypatch: pytest.MonkeyPatch) -> None:
    alone, together = Submission(15, mails=False), Submission(15, mails=False)
    together.swimmers += ["Maya", "Ida"]
    drawn: list[int] = []

    def chance() -> bytes:
        drawn.append(len(drawn))
        return bytes(16)

    monkeypatch.setattr(clock, "chance", chance)
    for asked in (alone, together):
        batch_id(key(None, asked), "Maya", asked)
    assert drawn == [0, 1]
