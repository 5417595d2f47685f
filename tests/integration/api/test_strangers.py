"""Hostile texts at the gateway: refused by a sentence, or taken as the plain text that they show."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from icalendar import Calendar

from schema.commands import SubmitBatch
from schema.views import SubmittedView
from tests.hostile import HALF_PAIR, TEXTS, letters, shows_what_it_says
from tests.integration.api.forms import LINK, PDF, pdf, refusal, text
from tests.integration.api.ledger import SWIM

if TYPE_CHECKING:
    import httpx2

    from tests.integration.api.conftest import Sent
    from tests.integration.api.ledger import Ledger

JSON = {"Content-Type": "application/json"}
#: What a person may have typed, or pasted, without meaning harm; the others are no names.
NAMES = {"script", "element", "marks", "formula", "command", "override", "isolate", "unseen", "traversal"} | {
    "markup of a terminal"
}


def calm(answer: httpx2.Response) -> None:
    """No header came of a text, and the body is one document of JSON."""
    assert {"bcc", "x-owned"}.isdisjoint(answer.headers)
    assert answer.headers["content-type"] in ("application/json", "application/problem+json")
    json.loads(answer.content)
    assert b"\x1b" not in answer.content


async def taken(answer: httpx2.Response, sent: Sent) -> SubmitBatch:
    """The command that a request became, which says nothing but what it shows."""
    calm(answer)
    assert answer.status_code == 202, answer.text
    command = SubmitBatch.model_validate_json((await sent.next()).body)
    shown = SubmittedView.model_validate_json(answer.content)
    assert shown.batches[0].swimmer == command.swimmer_name
    return command


async def test_a_swimmers_name_is_a_line_or_none(api: httpx2.AsyncClient, sent: Sent) -> None:
    for name, hostile in TEXTS.items():
        as_json = await api.post("/api/batches", json={"swimmer": hostile, "urls": [LINK]})
        as_form = await api.post("/api/batches", files=[text("swimmer", hostile), text("urls", LINK)])
        if name in NAMES:
            for answer in (as_json, as_form):
                command = await taken(answer, sent)
                assert shows_what_it_says(command.swimmer_name), name
                assert letters(command.swimmer_name) == letters(hostile), name
        else:
            wanted = (422, "name-too-long" if name == "long" else "name-not-a-line")
            for answer in (as_json, as_form):
                calm(answer)
                assert refusal(answer) == wanted, name


async def test_a_file_has_the_name_that_is_seen(api: httpx2.AsyncClient, sent: Sent) -> None:
    for name, hostile in TEXTS.items():
        quoted = hostile.replace("\\", "\\\\").replace('"', '\\"')
        body = (
            b'--b\r\nContent-Disposition: form-data; name="swimmer"\r\n\r\nMaya Lindqvist\r\n--b\r\n'
            + f'Content-Disposition: form-data; name="pdfs"; filename="{quoted}"\r\n\r\n'.encode()
            + PDF
            + b"\r\n--b--\r\n"
        )
        raw = await api.post("/api/batches", content=body, headers={"Content-Type": "multipart/form-data; boundary=b"})
        for answer in (raw, await api.post("/api/batches", files=[text("swimmer", "Maya"), pdf(PDF, hostile)])):
            if answer.status_code == 400:
                calm(answer)  # what ends a line ends the header that it is in
                continue
            (source,) = (await taken(answer, sent)).sources
            assert source.source_type == "file"
            assert shows_what_it_says(source.filename), name
            assert 1 <= len(source.filename) <= 255
            assert "/" not in source.filename


async def test_a_link_and_an_address_are_what_they_show(api: httpx2.AsyncClient, sent: Sent) -> None:
    for name, hostile in TEXTS.items():
        link = await api.post("/api/batches", json={"swimmer": "Maya", "urls": [f"https://meets.example/{hostile}"]})
        calm(link)
        if link.status_code == 202:
            for source in (await taken(link, sent)).sources:
                assert source.source_type == "url"
                assert shows_what_it_says(source.url), name
        else:
            assert refusal(link) == (422, "bad-url"), name
        mail = {"swimmer": "Maya", "urls": [LINK], "notification_email": f"{hostile}@home.example"}
        assert refusal(await api.post("/api/batches", json=mail))[1] in ("bad-email", "mail-off"), name
        discovered = await api.post("/api/discover", json={"url": f"http://127.0.0.1/{hostile}"})
        calm(discovered)
        assert refusal(discovered)[1] in ("bad-url", "link-blocked"), name


async def test_a_member_of_any_name_is_refused_calmly(api: httpx2.AsyncClient) -> None:
    for hostile in TEXTS.values():
        sent: list[Any] = [
            await api.post("/api/batches", json={hostile: "x", "swimmer": "Maya", "urls": [LINK]}),
            await api.post("/api/discover", json={hostile: "x"}),
            await api.post("/api/batches/019a0000-0000-7000-8000-000000000001/retry", json={hostile: "x"}),
        ]
        for answer in sent:
            calm(answer)
            assert refusal(answer) == (422, "unknown-field")
            assert shows_what_it_says(answer.text)


@pytest.mark.parametrize("body", [f'{{"swimmer": {HALF_PAIR}, "urls": []}}', f"{{{HALF_PAIR}: 1}}", HALF_PAIR])
async def test_half_a_pair_is_no_json(api: httpx2.AsyncClient, body: str) -> None:
    assert refusal(await api.post("/api/batches", content=body.encode(), headers=JSON)) == (400, "bad-json")


async def test_a_calendar_gets_no_line_and_no_entry_of_a_text(api: httpx2.AsyncClient, ledger: Ledger) -> None:
    for hostile in TEXTS.values():
        shown = hostile.replace("\x00", "")[:200]  # PostgreSQL has no NUL, and so no message of ours
        batch_id = await ledger.submitted()
        told = dict.fromkeys(("event_name", "session", "round", "team", "seed_time"), shown)
        await ledger.completed(batch_id, 1, SWIM.model_copy(update=told))
        await ledger.connection.execute("UPDATE extraction_results SET meet_name = $1, venue = $1", shown)
        await ledger.connection.execute("UPDATE processing_batches SET swimmer_name = $1", shown)
        await ledger.connection.execute("UPDATE batch_jobs SET filename = $1 WHERE source_type = 'file'", shown)
        answer = await api.get(f"/api/batches/{batch_id}/calendar.ics")
        assert answer.headers["content-disposition"].isascii()
        read = Calendar.from_ical(answer.content)
        (swim,) = read.walk("VEVENT")
        assert not {"ATTACH", "BCC", "X-OWNED"} & {name for part in read.walk() for name in part}
        assert letters(shown) in letters(str(swim["summary"]))
        assert letters(shown) in letters(str(swim["location"]))
        lines = answer.content.decode().split("\r\n")
        assert all("\r" not in line and "\n" not in line for line in lines)
        assert not any(line.startswith(("Bcc", "X-Owned", "ATTACH", "BEGIN:VALARM\nATTACH")) for line in lines)
