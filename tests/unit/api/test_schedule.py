from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from schema.extraction import SwimEntry
from services.api.schedule import schedule

BATCH = {"id": UUID(int=7), "swimmer_name": "Maya Lindqvist", "status": "partial"}
SWIM = {"event_number": "12", "event_name": "100 Free", "heat_number": 3, "lane": 4, "session": "Friday"}


def sheet(number: int, *swims: dict[str, Any], **changed: Any) -> dict[str, Any]:  # noqa: ANN401 - columns of a row
    return {
        "job_id": UUID(int=number),
        "source": f"sheet-{number}.pdf",
        "status": "completed",
        "error_code": None,
        "error_message": None,
        "result_code": f"{number:012}",
        "source_copy": 1,
        "cached": False,
        "completed_at": datetime(2026, 3, 7, tzinfo=UTC),
        "swimmer_name": "Maya Lindqvist",
        "swimmer_name_normalized": "maya lindqvist",
        "meet_name": "Spring Open",
        "session_date": date(2026, 3, 7),
        "meet_date_start": None,
        "meet_date_end": None,
        "venue": None,
        "events": [SwimEntry(**swim).model_dump(mode="json") for swim in swims],
        "warnings": [],
        "timeline": [],
        **changed,
    }


def duplicates(*sheets: dict[str, Any]) -> list[list[bool]]:
    return [[swim.duplicate for swim in result.swims] for result in schedule(BATCH, sheets).results]


def test_a_swim_of_an_earlier_sheet_is_a_duplicate() -> None:
    assert duplicates(sheet(1, SWIM), sheet(2, {**SWIM, "lane": 5}, SWIM)) == [[False], [False, True]]


def test_the_meet_is_the_same_however_it_is_typed() -> None:
    assert duplicates(sheet(1, SWIM), sheet(2, SWIM, meet_name="SPRING  open ")) == [[False], [True]]


def test_what_differs_in_day_meet_session_or_round_is_another_swim() -> None:
    for other in (
        sheet(2, SWIM, session_date=date(2026, 3, 8)),
        sheet(2, SWIM, meet_name="Autumn Open"),
        sheet(2, {**SWIM, "session": "Saturday"}),
        sheet(2, {**SWIM, "round": "Finals"}),
        sheet(2, {**SWIM, "relay_leg": 2}),
    ):
        assert duplicates(sheet(1, SWIM), other) == [[False], [False]]


def test_a_day_on_the_swim_or_on_the_sheet_is_the_same_day() -> None:
    own_day = sheet(2, {**SWIM, "session_date": date(2026, 3, 7)}, session_date=None)
    assert duplicates(sheet(1, SWIM), own_day) == [[False], [True]]


def test_a_sheet_that_prints_a_swim_twice_means_both() -> None:
    assert duplicates(sheet(1, SWIM, SWIM)) == [[False, False]]


def test_what_is_missing_is_named() -> None:
    failed = sheet(2, status="failed", events=None, error_code="NO_TEXT", error_message="no text in it")
    view = schedule(BATCH, [sheet(1, SWIM), failed, sheet(3, status="processing", events=None)])
    assert [(one.source, one.error_code) for one in view.failed] == [("sheet-2.pdf", "NO_TEXT")]
    assert (len(view.results), view.unfinished, view.status) == (1, 1, "partial")
