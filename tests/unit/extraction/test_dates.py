from __future__ import annotations

from datetime import date

import pytest

from services.worker.extraction.layouts.dates import find_period
from services.worker.extraction.layouts.times import clock_time


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("Sample Meet - 7/16/2025", date(2025, 7, 16), date(2025, 7, 16)),
        ("2026 Sample Open - 6/11/2026 to 6/14/2026", date(2026, 6, 11), date(2026, 6, 14)),
        ("Seaport August 5-8, 2026", date(2026, 8, 5), date(2026, 8, 8)),
        ("March 30 - April 2, 2026", date(2026, 3, 30), date(2026, 4, 2)),
        ("December 30 - January 2, 2026", date(2025, 12, 30), date(2026, 1, 2)),
        ("5-8 August 2026", date(2026, 8, 5), date(2026, 8, 8)),
        ("30 March to 2 April 2026", date(2026, 3, 30), date(2026, 4, 2)),
        ("August 5, 2026", date(2026, 8, 5), date(2026, 8, 5)),
        # The day comes first where only that makes a meet.
        ("28/08/2026 to 30/08/2026", date(2026, 8, 28), date(2026, 8, 30)),
        ("03/04/2026 to 05/04/2026", date(2026, 4, 3), date(2026, 4, 5)),
        ("2020-02-06 to 2020-02-08", date(2020, 2, 6), date(2020, 2, 8)),
        ("13-Jul-19 to 14-Jul-19", date(2019, 7, 13), date(2019, 7, 14)),
    ],
)
def test_periods(text: str, start: date, end: date) -> None:
    period = find_period(text)

    assert period is not None
    assert (period.start, period.end) == (start, end)


@pytest.mark.parametrize("text", ["Sample Meet", "99/99/2026", "Heat 5-8", "February 30, 2026", "1/1/2026 to 1/1/2027"])
def test_what_are_no_periods(text: str) -> None:
    assert find_period(text) is None


@pytest.mark.parametrize(
    ("session", "day"),
    [
        ("THURSDAY PRELIMS", date(2026, 6, 11)),
        ("Sun Finals", date(2026, 6, 14)),
        ("All Events", None),
        ("Monday Prelims", None),
        ("Friday and Saturday", None),
    ],
)
def test_the_weekday_of_a_session_gives_its_day(session: str, day: date | None) -> None:
    period = find_period("6/11/2026 to 6/14/2026")

    assert period is not None
    assert period.day_named(session) == day


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("08:27 AM", "08:27"),
        ("5:12pm", "17:12"),
        ("12:05 AM", "00:05"),
        ("17:45", "17:45"),
        ("25:00", None),
        ("13:00 PM", None),
    ],
)
def test_clock_times(text: str, time: str | None) -> None:
    assert clock_time(text) == time
