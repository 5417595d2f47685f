from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest

from services.api.rereading import WARNING, reread

FRIDAY, SATURDAY = date(2026, 3, 6), date(2026, 3, 7)
MEET: dict[str, Any] = {
    "meet_name": "Spring Open 2026",
    "session_date": None,
    "meet_date_start": FRIDAY,
    "meet_date_end": SATURDAY,
    "venue": "Old Pool",
    "timeline": [],
}
ROW: dict[str, Any] = {
    **MEET,
    "job_id": UUID(int=1),
    "result_code": "0" * 12,
    "swimmer_name": "Maya Lindqvist",
    "completed_at": datetime(2026, 3, 5, tzinfo=UTC),
    "events": [{"session_date": "2026-03-06", "lane": 4}],
    "warnings": [{"code": "old", "message": "old"}],
}


def later(**changed: Any) -> dict[str, Any]:  # noqa: ANN401 - columns of a row
    return {
        **{name: value for name, value in ROW.items() if name != "result_code"},
        "completed_at": datetime(2026, 3, 6, tzinfo=UTC),
        "events": [{"session_date": "2026-03-06", "lane": 5}],
        "warnings": [{"code": "new", "message": "new"}],
        **changed,
    }


def test_a_row_says_what_the_latest_reading_says_and_stays_the_same_sheet() -> None:
    shown = reread(ROW, [later(job_id=UUID(int=2), events=[]), later(venue="New Pool")])
    assert shown["events"] == [{"session_date": "2026-03-06", "lane": 5}]
    assert (shown["venue"], shown["completed_at"]) == ("New Pool", datetime(2026, 3, 6, tzinfo=UTC))
    assert (shown["job_id"], shown["result_code"]) == (UUID(int=1), "0" * 12)
    assert shown["warnings"] == [{"code": "new", "message": "new"}, WARNING]


def test_a_row_that_nobody_read_again_stays() -> None:
    assert reread(ROW, []) == ROW
    waiting = {**ROW, "events": None, "timeline": None, "completed_at": None}
    assert reread(waiting, [later(job_id=UUID(int=2))]) == waiting


@pytest.mark.parametrize(
    ("changed", "is_followed"),
    [
        ({"events": []}, True),  # withdrawn
        ({"events": [], "session_date": SATURDAY}, False),
        ({"events": [{"session_date": "2026-03-07"}]}, False),
        ({"events": [{"session_date": "2026-03-07"}, {"session_date": "2026-03-06"}]}, True),
        ({"events": [{"session_date": None}]}, True),
        ({"events": [{"session_date": None}], "session_date": SATURDAY}, False),
        ({"meet_name": "Autumn Open 2026"}, False),
        ({"meet_name": "Spring Open 2027"}, False),
        ({"meet_name": "SPRING  OPEN 2026", "meet_date_start": None, "meet_date_end": None}, True),
    ],
)
def test_another_meet_or_day_behind_the_link_is_no_new_version(changed: dict[str, Any], is_followed: bool) -> None:  # noqa: FBT001 - a column of the table
    assert (reread(ROW, [later(**changed)]) != ROW) is is_followed
