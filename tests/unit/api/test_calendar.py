from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import icalendar

from schema.extraction import Kind
from schema.views import ResultView, SwimView
from services.api.calendar import Sheet, calendar

DONE = datetime(2026, 3, 6, 18, 30, tzinfo=UTC)
SWIM = SwimView(event_number="12", event_name="100 Free", heat_number=3, lane=4, heat_start_time="09:42")


def changed(**fields: Any) -> SwimView:  # noqa: ANN401 - fields of a swim
    return SWIM.model_copy(update=fields)


def made(*swims: SwimView, job: int = 1, **fields: Any) -> list[Any]:  # noqa: ANN401 - fields of a result; the library types a value as one of thirty
    usual: dict[str, Any] = {"meet_name": "Spring Open", "session_date": date(2026, 3, 7), "venue": "Main Street Pool"}
    result = ResultView(
        result_code="0123456789ab",
        swimmer_name="Maya Lindqvist",
        source="friday.pdf",
        swims=swims,
        warnings=(),
        **{**usual, **fields},
    )
    read = icalendar.Calendar.from_ical(calendar("Maya Lindqvist", [Sheet(UUID(int=job), DONE, result)]))
    return list(read.walk("VEVENT"))


def test_a_swim_is_an_event_in_the_wall_clock_of_the_pool() -> None:
    (event,) = made(SWIM)
    assert event["summary"] == "Event 12 Heat 3 Lane 4 – 100 Free"  # noqa: RUF001 - as it is shown
    assert event["dtstart"].to_ical() == b"20260307T094200"
    assert event["dtend"].dt - event["dtstart"].dt == timedelta(minutes=10)
    assert event["dtstamp"].dt == DONE
    assert event["location"] == "Main Street Pool"
    assert "Meet: Spring Open" in event["description"]


def test_an_estimate_says_so_twice() -> None:
    (event,) = made(changed(heat_start_estimated=True))
    assert event["summary"].endswith("(time estimated)")
    assert "estimated" in event["description"]


def test_a_swim_without_a_time_takes_its_day() -> None:
    (event,) = made(changed(heat_start_time=None))
    assert (event["dtstart"].dt, event["dtend"].dt) == (date(2026, 3, 7), date(2026, 3, 8))


def test_the_day_of_a_meet_of_one_day_will_do() -> None:
    (event,) = made(SWIM, session_date=None, meet_date_start=date(2026, 3, 9))
    assert event["dtstart"].to_ical() == b"20260309T094200"


def test_a_day_that_nobody_knows_is_not_made_up() -> None:
    (event,) = made(SWIM, session_date=None, meet_date_start=date(2026, 3, 6), meet_date_end=date(2026, 3, 8))
    assert (event["dtstart"].dt, event["dtend"].dt) == (date(2026, 3, 6), date(2026, 3, 9))
    assert "does not say on which day (at 09:42)" in event["description"]


def test_duplicates_scratches_and_swims_without_any_date_stay_out() -> None:
    assert made(changed(duplicate=True), changed(kind=Kind.SCRATCHED)) == []
    assert made(SWIM, session_date=None) == []


def test_no_swims_are_an_empty_calendar() -> None:
    assert calendar("Maya Lindqvist", []).startswith(b"BEGIN:VCALENDAR\r\n")


def test_an_event_keeps_its_id_when_its_heat_moves() -> None:
    (before,) = made(SWIM)
    (after,) = made(changed(heat_number=5, lane=1, heat_start_time="10:10"))
    assert before["uid"] == after["uid"]


def test_no_two_swims_share_an_id() -> None:
    swims = (SWIM, SWIM, changed(event_number="13"), changed(round="Finals"), changed(relay_leg=2))
    events = [*made(*swims), *made(*swims, job=2)]
    assert len({event["uid"] for event in events}) == 10


def test_text_of_strangers_stays_text() -> None:
    (event,) = made(changed(event_name="100 Free\r\nATTACH:http://x"), venue="a;b,c\\d\nBEGIN:VALARM")
    assert "attach" not in event
    assert event["location"] == "a;b,c\\d\nBEGIN:VALARM"
