"""Calendars over HTTP: of a batch and of a share link, as programs that are subscribed ask for them."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest
from ical.calendar_stream import IcsCalendarStream

from schema.views import ResultsView, ResultView
from tests.integration.api.forms import refusal
from tests.integration.api.ledger import SWIM

if TYPE_CHECKING:
    from uuid import UUID

    import httpx2
    from ical.event import Event

    from tests.integration.api.ledger import Ledger

OTHER = SWIM.model_copy(update={"event_number": "14", "heat_start_time": "10:30"})


def events(answer: httpx2.Response) -> list[Event]:
    assert answer.status_code == 200, answer.text
    return IcsCalendarStream.calendar_from_ics(answer.text).events


async def swim_ids(api: httpx2.AsyncClient, batch_id: UUID) -> list[str]:
    view = ResultsView.model_validate_json((await api.get(f"/api/batches/{batch_id}/results")).content)
    return [swim.id for result in view.results for swim in result.swims]


async def test_a_calendar_has_each_swim_once(api: httpx2.AsyncClient, ledger: Ledger) -> None:
    batch_id = await ledger.submitted()
    await ledger.completed(batch_id, 1, SWIM)
    await ledger.completed(batch_id, 2, SWIM, OTHER)
    answer = await api.get(f"/api/batches/{batch_id}/calendar.ics")
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert answer.headers["content-disposition"] == 'inline; filename="heatstream.ics"'
    assert (await api.get(f"/api/batches/{batch_id}/calendar.ics")).content == answer.content
    shown = events(answer)
    assert [str(event.summary).split()[3] for event in shown] == ["E12", "E14"]
    ids = await swim_ids(api, batch_id)
    assert len(set(ids)) == 3
    assert [event.uid for event in shown] == [f"{one}@heatstream" for one in (ids[0], ids[2])]


async def test_a_share_link_has_the_same_swims_in_a_calendar_of_its_own(
    api: httpx2.AsyncClient, ledger: Ledger
) -> None:
    batch_id = await ledger.submitted()
    await ledger.completed(batch_id, 1, SWIM)
    code = await ledger.completed(batch_id, 2, OTHER)
    shared = await api.get(f"/result/{code}.ics")
    (event,) = events(shared)
    assert event == events(await api.get(f"/api/batches/{batch_id}/calendar.ics"))[1]
    assert str(batch_id) not in f"{shared.text} {shared.headers}"
    known = await api.get(f"/result/{code}.ics", headers={"If-None-Match": shared.headers["etag"]})
    assert (known.status_code, known.content) == (304, b"")
    assert refusal(await api.get("/result/0123456789ab.ics")) == (404, "not-found")
    assert refusal(await api.get("/result/x.ics")) == (404, "not-found")


async def test_two_sheets_of_one_name_keep_their_swims_apart(api: httpx2.AsyncClient, ledger: Ledger) -> None:
    batch_id = await ledger.submitted()
    await ledger.connection.execute(
        "UPDATE batch_jobs SET filename = 'heats.pdf', source_url = NULL WHERE batch_id = $1", batch_id
    )
    codes = [
        await ledger.completed(batch_id, number, SWIM.model_copy(update={"heat_number": number})) for number in (2, 1)
    ]
    shown = events(await api.get(f"/api/batches/{batch_id}/calendar.ics"))
    assert [str(event.summary).split()[4] for event in shown] == ["H1", "H2"]
    shared = [event.uid for code in codes for event in events(await api.get(f"/result/{code}.ics"))]
    assert [event.uid for event in shown] == shared[::-1]
    assert len(set(shared)) == 2


async def test_a_calendar_leaves_out_the_swims_that_are_not_wanted(api: httpx2.AsyncClient, ledger: Ledger) -> None:
    batch_id = await ledger.submitted(sheets=1)
    code = await ledger.completed(batch_id, 1, SWIM, OTHER)
    first, second = await swim_ids(api, batch_id)
    for address in (f"/api/batches/{batch_id}/calendar.ics", f"/result/{code}.ics"):
        for without, left in (("", "12 14"), (first, "14"), (f"{second},{first}", ""), ("0" * 12, "12 14")):
            shown = events(await api.get(address, params={"without": without}))
            assert [str(event.summary).split()[3] for event in shown] == [f"E{number}" for number in left.split()]
        for odd in ("x", f"{first},", f"{code}.0", ",", f"{first}\r\nX: y"):
            assert refusal(await api.get(address, params={"without": odd})) == (400, "bad-swims")


async def test_alarms_and_a_time_zone_are_there_when_asked_for(api: httpx2.AsyncClient, ledger: Ledger) -> None:
    batch_id = await ledger.submitted(sheets=1)
    code = await ledger.completed(batch_id, 1, SWIM)
    for address in (f"/api/batches/{batch_id}/calendar.ics", f"/result/{code}.ics"):
        plain = (await api.get(address)).text
        assert "DTSTART:20260307T094200\r\n" in plain
        assert "VALARM" not in plain
        asked = (await api.get(address, params={"alarm": "10", "tz": "Europe/Berlin"})).text
        assert "DTSTART;TZID=Europe/Berlin:20260307T094200\r\n" in asked
        assert "TRIGGER:-PT10M\r\n" in asked
        assert asked.count("BEGIN:VTIMEZONE") == 1
        for odd in ("0", "7", "-5", "10 ", "ten", "1" * 5000):
            assert refusal(await api.get(address, params={"alarm": odd})) == (400, "bad-alarm")
        for odd in ("Berlin", "../etc/passwd", "posix/UTC", "UTC\x00", "\u00e4" * 300):
            wrong = await api.get(address, params={"tz": odd})
            assert refusal(wrong) == (422, "unknown-time-zone")
            assert "`Europe/Berlin`" in wrong.json()["detail"]


async def test_each_swim_has_a_link_to_googles_calendar_in_the_zone_that_is_asked_for(
    api: httpx2.AsyncClient, ledger: Ledger
) -> None:
    batch_id = await ledger.submitted(sheets=1)
    code = await ledger.completed(batch_id, 1, SWIM)
    for tz, ctz in (("", None), ("America/New_York", ["America/New_York"])):
        asked = {"tz": tz} if tz else {}
        whole = await api.get(f"/api/batches/{batch_id}/results", params=asked)
        (swim,) = ResultsView.model_validate_json(whole.content).results[0].swims
        (shared,) = ResultView.model_validate_json((await api.get(f"/result/{code}", params=asked)).content).swims
        assert swim == shared
        told = parse_qs(urlsplit(swim.google_calendar_url or "").query)
        assert (told["dates"], told.get("ctz")) == (["20260307T094200/20260307T095200"], ctz)
    for address in (f"/api/batches/{batch_id}/results", f"/result/{code}"):
        assert refusal(await api.get(address, params={"tz": "Atlantis"})) == (422, "unknown-time-zone")


async def test_a_calendar_before_the_first_result_is_empty(api: httpx2.AsyncClient, ledger: Ledger) -> None:
    assert events(await api.get(f"/api/batches/{await ledger.submitted()}/calendar.ics")) == []


@pytest.mark.parametrize("text", ["\x01\x1b[31m", "\u202e", "a\r\nBEGIN:VALARM", "\ud83c\udfca" * 40])
async def test_what_a_sheet_calls_things_breaks_no_line(api: httpx2.AsyncClient, ledger: Ledger, text: str) -> None:
    batch_id = await ledger.submitted(sheets=1)
    named = text.encode("utf-16", "surrogatepass").decode("utf-16")
    await ledger.completed(batch_id, 1, SWIM.model_copy(update={"event_name": named, "session": named}))
    answer = await api.get(f"/api/batches/{batch_id}/calendar.ics", params={"alarm": "5"})
    assert len(events(answer)) == answer.text.count("\r\nBEGIN:VALARM\r\n") == 1
    assert max(len(line) for line in answer.content.split(b"\r\n")) <= 75


async def test_a_calendar_follows_the_latest_reading_of_its_link(api: httpx2.AsyncClient, ledger: Ledger) -> None:
    first, second, stranger = [await ledger.submitted(sheets=3) for _ in range(3)]
    link, swimmer = f"https://example.org/{first}.pdf", f"maya {first}"
    code = await ledger.completed(first, 2, SWIM)
    await ledger.read_from(first, 2, link, swimmer, minutes_ago=2)
    addresses = f"/api/batches/{first}/calendar.ics", f"/result/{code}.ics"
    before = [await api.get(address) for address in addresses]
    moved = SWIM.model_copy(update={"heat_number": 4, "lane": 6, "heat_start_time": "09:55"})
    await ledger.completed(second, 3, moved)
    await ledger.read_from(second, 3, f"{link}?2", swimmer, minutes_ago=1)
    await ledger.completed(stranger, 1, OTHER)
    await ledger.read_from(stranger, 1, link, f"runa {first}")
    # Another link, and another swimmer behind the same one, say nothing of it.
    assert [(await api.get(address)).content for address in addresses] == [answer.content for answer in before]

    await ledger.read_from(second, 3, link, swimmer, minutes_ago=1)
    for address, answer in zip(addresses, before, strict=True):
        after = await api.get(address)
        (old,), (new,) = events(answer), events(after)
        assert (new.uid, str(new.summary).split()[3:6], str(new.dtstart)) == (
            old.uid,
            ["E12", "H4", "L6"],
            "2026-03-07 09:55:00",
        )
        assert after.headers["etag"] != answer.headers["etag"]
        assert (new.sequence or 0) > (old.sequence or 0)
    view = ResultsView.model_validate_json((await api.get(f"/api/batches/{first}/results")).content)
    assert [warning.code for warning in view.results[0].warnings] == ["read_again"]
    told = ResultsView.model_validate_json((await api.get(f"/api/batches/{second}/results")).content)
    assert told.results[0].warnings == ()
    assert {swim.id for swim in told.results[0].swims} == {swim.id for swim in view.results[0].swims}

    await ledger.connection.execute("SELECT erase_batch($1)", second)
    assert [(await api.get(address)).content for address in addresses] == [answer.content for answer in before]
