"""What calendars say of a time zone, against what the zone does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from icalendar import TimezoneDaylight, TimezoneStandard

from services.api.calendar.zones import described, zone_named


@pytest.mark.parametrize(
    "key", ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "Asia/Tokyo", "Etc/GMT+5"]
)
def test_every_hour_has_the_offset_that_its_last_onset_says(key: str) -> None:
    zone, told = ZoneInfo(key), described(key, 2026, 2026)
    parts: list[TimezoneStandard | TimezoneDaylight] = [*told.standard, *told.daylight]
    onsets = sorted((part.DTSTART - part.TZOFFSETFROM, part.TZOFFSETTO) for part in parts)
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    while moment.year == 2026:
        offset = next(to for begun, to in reversed(onsets) if begun <= moment.replace(tzinfo=None))
        assert offset == moment.astimezone(zone).utcoffset(), moment
        moment += timedelta(minutes=30)


def test_names_of_the_database_are_zones() -> None:
    names = available_timezones() - {"localtime", "Factory"}
    assert len(names) > 400
    assert [name for name in sorted(names) if zone_named(name) is None] == []


@pytest.mark.parametrize(
    "name",
    ["", "Berlin", "europe/berlin/", "Europe", "../../etc/passwd", "/etc/localtime", "posix/Europe/Berlin", "localtime",
     "Europe/Berlin\n", "zone.tab", "leapseconds", "A" * 300, "Europe/\u00c4rger", "UTC\x00"],
)  # fmt: skip
def test_what_is_no_name_is_none(name: str) -> None:
    assert zone_named(name) is None
