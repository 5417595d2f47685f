"""A calendar, read back by a library that did not make it: `ical`, with which Home Assistant reads calendars."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ical.calendar_stream import IcsCalendarStream

from schema.extraction import Kind
from schema.views import ResultView, SwimView
from services.api.calendar.ics import Sheet, Wishes, calendar
from services.api.plain import one_line

if TYPE_CHECKING:
    from ical.calendar import Calendar
    from ical.event import Event

READ = datetime(2026, 3, 6, 18, 30, 15, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
SWIM = SwimView(
    id="0123456789ab",
    event_number="12",
    event_name="Girls 11-12 100 LC Meter Freestyle",
    heat_number=3,
    heat_count=5,
    lane=4,
    heat_start_time="09:42",
)


def changed(**fields: Any) -> SwimView:  # noqa: ANN401 - fields of a swim
    return SWIM.model_copy(update=fields)


def sheet(*swims: SwimView, read_at: datetime = READ, **fields: Any) -> Sheet:  # noqa: ANN401 - fields of a result
    usual: dict[str, Any] = {
        "result_code": "0123456789ab",
        "swimmer_name": "Maya Lindqvist",
        "source": "friday.pdf",
        "meet_name": "Spring Open",
        "session_date": date(2026, 3, 7),
        "venue": "Main Street Pool",
    }
    return Sheet(read_at, ResultView(**usual | fields, swims=swims, warnings=()))


def read(told: bytes) -> Calendar:
    return IcsCalendarStream.calendar_from_ics(told.decode())


def made(*swims: SwimView, wishes: Wishes = Wishes(), **fields: Any) -> list[Event]:  # noqa: ANN401, B008 - frozen
    return read(calendar("Maya Lindqvist", [sheet(*swims, **fields)], wishes)).events


def test_a_swim_is_an_event_in_the_wall_clock_of_the_pool() -> None:
    (event,) = made(SWIM)
    assert event.summary == "Maya Lindqvist – E12 H3 L4 – 100 Free"  # noqa: RUF001 - as it is shown
    assert (event.dtstart, event.dtend) == (datetime(2026, 3, 7, 9, 42), datetime(2026, 3, 7, 9, 52))  # noqa: DTZ001 - they float
    assert event.location == "Main Street Pool"
    assert str(event.description).splitlines() == [
        "Swimmer: Maya Lindqvist",
        "Meet: Spring Open",
        "Event: 12 Girls 11-12 100 LC Meter Freestyle",
        "Heat: 3 of 5",
        "Lane: 4",
        "Sheet: friday.pdf",
    ]
    assert event.alarm == []


def test_an_event_says_which_swim_it_is_and_when_that_was_read() -> None:
    (event,) = made(SWIM)
    (later,) = made(changed(lane=5), read_at=READ + timedelta(minutes=1))
    assert event.uid == later.uid == "0123456789ab@heatstream"
    assert event.dtstamp == event.last_modified == READ
    assert (event.sequence, later.sequence) == (3249750, 3249751)


def test_an_estimate_says_so_twice() -> None:
    (event,) = made(changed(heat_start_estimated=True))
    assert str(event.summary).endswith("100 Free (time estimated)")
    assert "The time is estimated" in str(event.description)


def test_a_swim_without_a_time_takes_its_day_and_says_why() -> None:
    (event,) = made(changed(heat_start_time=None), wishes=Wishes(alarm_minutes=10, zone=BERLIN))
    assert (event.dtstart, event.dtend) == (date(2026, 3, 7), date(2026, 3, 8))
    assert "The sheet does not say at what time." in str(event.description)
    assert event.alarm == []  # it would ring in the night before


def test_the_day_of_a_meet_of_one_day_will_do() -> None:
    (event,) = made(SWIM, session_date=None, meet_date_start=date(2026, 3, 9))
    assert event.dtstart == datetime(2026, 3, 9, 9, 42)  # noqa: DTZ001 - it floats


def test_a_day_that_nobody_knows_is_not_made_up() -> None:
    (event,) = made(SWIM, session_date=None, meet_date_start=date(2026, 3, 6), meet_date_end=date(2026, 3, 8))
    assert (event.dtstart, event.dtend) == (date(2026, 3, 6), date(2026, 3, 9))
    assert "does not say on which day (at 09:42)" in str(event.description)


def test_a_swim_without_any_day_is_told_of_in_the_description_of_the_calendar() -> None:
    told = read(calendar("Maya Lindqvist", [sheet(SWIM, session_date=None)], Wishes()))
    assert told.events == []
    assert told.description is not None
    assert told.description[0].splitlines() == [
        "Not in here, as their sheets name no day:",
        "Maya Lindqvist – E12 H3 L4 – 100 Free",  # noqa: RUF001 - as above
    ]


@pytest.mark.parametrize("odd", [date.min, date(226, 3, 7), date.max])
@pytest.mark.parametrize("zone", [None, BERLIN])
def test_a_day_that_no_calendar_can_count_from_is_none(odd: date, zone: ZoneInfo | None) -> None:
    for dates in ({"session_date": odd}, {"session_date": None, "meet_date_start": odd, "meet_date_end": date.max}):
        assert made(SWIM, wishes=Wishes(zone=zone), **dates) == []
    (event,) = made(changed(session_date=odd), wishes=Wishes(zone=zone))
    assert isinstance(event.dtstart, datetime)
    assert event.dtstart.date() == date(2026, 3, 7)


@pytest.mark.parametrize(
    ("fields", "ending"),
    [
        ({"kind": Kind.RELAY, "relay_leg": 2, "event_name": "Girls 200 Medley Relay"}, "200 Medley Relay, leg 2"),
        ({"kind": Kind.ALTERNATE, "relay_leg": 5, "event_name": "4x50m Lagen mixed"}, "4x50 Lagen, alternate"),
        ({"event_name": None}, "E12 H3 L4 – Swim"),  # noqa: RUF001 - as above
        ({"kind": Kind.UNSEEDED, "heat_number": None, "lane": None}, "E12 – 100 Free"),  # noqa: RUF001 - as above
        ({"lane": 0}, "E12 H3 L0 – 100 Free"),  # noqa: RUF001 - as above
    ],
)
def test_a_title_says_what_the_sheet_prints_and_no_more(fields: dict[str, Any], ending: str) -> None:
    (event,) = made(changed(**fields))
    assert str(event.summary).endswith(ending)


def test_duplicates_scratches_and_what_is_not_wanted_stay_out() -> None:
    swims = changed(duplicate=True), changed(kind=Kind.SCRATCHED), SWIM
    assert made(*swims, wishes=Wishes(without=frozenset({SWIM.id}))) == []


def test_no_swims_are_an_empty_calendar_that_is_looked_at_again() -> None:
    lines = calendar("Maya Lindqvist", [], Wishes(zone=BERLIN))
    assert b"\r\nREFRESH-INTERVAL;VALUE=DURATION:PT1H\r\n" in lines  # RFC 7986 wants its type said
    told = read(lines)
    assert (told.events, told.timezones) == ([], [])
    assert (told.name, told.refresh_interval) == (["Swims of Maya Lindqvist"], timedelta(hours=1))
    assert {(extra.name, extra.value) for extra in told.extras} == {
        ("x-wr-calname", "Swims of Maya Lindqvist"),
        ("x-published-ttl", "PT1H"),
    }


@pytest.mark.parametrize("minutes", [5, 10, 15])
def test_an_alarm_rings_before_each_swim_that_has_a_time(minutes: int) -> None:
    (event,) = made(SWIM, wishes=Wishes(alarm_minutes=minutes))
    (alarm,) = event.alarm
    assert (alarm.action, alarm.trigger) == ("DISPLAY", timedelta(minutes=-minutes))
    assert alarm.description == event.summary


def test_a_zone_is_described_for_the_years_of_the_swims() -> None:
    told = read(calendar("Maya Lindqvist", [sheet(SWIM)], Wishes(zone=BERLIN)))
    (event,), (zone,) = told.events, told.timezones
    assert isinstance(event.dtstart, datetime)
    assert event.dtstart.astimezone(UTC) == datetime(2026, 3, 7, 8, 42, tzinfo=UTC)
    assert zone.tz_id == "Europe/Berlin"
    told = read(calendar("Maya Lindqvist", [sheet(SWIM)], Wishes(zone=ZoneInfo("UTC"))))
    assert (told.events[0].dtstart, told.timezones) == (datetime(2026, 3, 7, 9, 42, tzinfo=UTC), [])


@pytest.mark.parametrize(
    ("clock", "utc", "ends"),
    [
        ("01:55", "2026-03-29T00:55", "2026-03-29T01:05"),  # ends in the hour that is not: as late as without the jump
        ("02:30", "2026-03-29T01:30", "2026-03-29T01:40"),  # is in it
        ("02:55", "2026-03-29T01:55", "2026-03-29T02:05"),
        ("03:05", "2026-03-29T01:05", "2026-03-29T01:15"),
    ],
)
def test_an_hour_that_the_clocks_jump_over_is_as_late_as_if_they_had_not(clock: str, utc: str, ends: str) -> None:
    day = date(2026, 3, 29)
    (event,) = made(changed(heat_start_time=clock, session_date=day), wishes=Wishes(zone=BERLIN))
    assert [stamp(event.dtstart), stamp(event.dtend)] == [utc, ends]


@pytest.mark.parametrize(("clock", "utc"), [("02:30", "2026-10-25T00:30"), ("02:55", "2026-10-25T00:55")])
def test_an_hour_that_comes_twice_is_the_first(clock: str, utc: str) -> None:
    day = date(2026, 10, 25)
    (event,) = made(changed(heat_start_time=clock, session_date=day), wishes=Wishes(zone=BERLIN))
    assert stamp(event.dtstart) == utc
    assert stamp(event.dtend) > utc


def stamp(when: object) -> str:
    assert isinstance(when, datetime)
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M")


def test_two_sheets_that_both_have_a_swim_show_it_once_and_others_beside_it() -> None:
    other = changed(id="zzzzzzzzzzzz", event_number="14")
    sheets = [sheet(SWIM), sheet(changed(id="yyyyyyyyyyyy", duplicate=True), other, source="saturday.pdf")]
    told = read(calendar("Maya Lindqvist", sheets, Wishes()))
    assert [event.uid for event in told.events] == ["0123456789ab@heatstream", "zzzzzzzzzzzz@heatstream"]


def test_the_same_sheets_are_the_same_bytes() -> None:
    wishes = Wishes(alarm_minutes=5, zone=BERLIN)
    assert calendar("Maya", [sheet(SWIM)], wishes) == calendar("Maya", [sheet(SWIM)], wishes)


def test_text_of_strangers_stays_a_line_of_text() -> None:
    (event,) = made(
        changed(event_name="100 Jump\r\nATTACH:http://x", session="\u202eevil"),
        venue='a;b,c\\d\nBEGIN:VALARM "q"',
        swimmer_name="Zoë <script>=cmd|' /C calc'!A0",
    )
    assert event.attach == []
    assert event.location == 'a;b,c\\d BEGIN:VALARM "q"'
    assert event.summary == "Zoë <script>=cmd|' /C calc'!A0 – E12 H3 L4 – 100 Jump ATTACH:http://x"  # noqa: RUF001 - as above
    assert "Session: evil\n" in str(event.description)


TEXTS = st.text(
    st.one_of(st.characters(exclude_characters="\0"), st.sampled_from('\r\n\\;,:\u2028\x0b\u202e"äß泳🏊')), max_size=120
)


@settings(max_examples=40)
@given(name=TEXTS.filter(str.strip), event_name=TEXTS, venue=TEXTS, meet=TEXTS)
def test_any_text_comes_back_and_every_line_is_one_of_rfc_5545(
    name: str, event_name: str, venue: str, meet: str
) -> None:
    swims = changed(event_name=event_name), changed(id="zzzzzzzzzzzz", heat_start_time=None)
    shown = sheet(*swims, swimmer_name=name, venue=venue, meet_name=meet)
    told = calendar(name, [shown], Wishes(alarm_minutes=15, zone=BERLIN))
    lines = told.removesuffix(b"\r\n").split(b"\r\n")
    assert told.endswith(b"END:VCALENDAR\r\n")
    assert max(map(len, lines)) <= 75
    assert not any(byte < 0x20 for line in lines for byte in line)
    unfolded = told.replace(b"\r\n ", b"").decode().split("\r\n")
    assert [line.partition(":")[2] for line in unfolded if line.startswith("BEGIN:")] == [
        *("VCALENDAR", "VTIMEZONE", *(["STANDARD", "DAYLIGHT"] * 3), "STANDARD"),
        *("VEVENT", "VALARM", "VEVENT"),
    ]
    first, _ = read(told).events
    assert (first.location or "") == one_line(venue)
    assert str(first.summary).startswith(one_line(name))
