from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard

if TYPE_CHECKING:
    from collections.abc import Iterator

#: As the IANA database writes names; its own folders of other readings, and what this machine is set to, are no place.
_NAME = re.compile(r"(?!posix/|right/|localtime$|Factory$)[A-Za-z][A-Za-z0-9_+-]{0,30}(?:/[A-Za-z0-9_+-]{1,30}){0,2}")
#: Clocks change less often than that, and at whole minutes.
STEP, EXACT = timedelta(days=1), timedelta(minutes=1)


def zone_named(name: str) -> ZoneInfo | None:
    """None where the IANA time zone database has no such name."""
    if not _NAME.fullmatch(name):
        return None
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, KeyError):  # a folder of it, a file that is no zone, nothing
        return None


@lru_cache(maxsize=64)
def described(key: str, first_year: int, last_year: int) -> Timezone:
    """VTIMEZONE (RFC 5545, 3.6.5): what a zone's clocks do in these years, each change by itself.

    icalendar makes one, too, whose clocks go forward an hour late: an onset counts in the offset before it.
    """
    zone = ZoneInfo(key)
    begin = datetime(first_year - 1, 1, 1, tzinfo=UTC)
    made = Timezone()
    made.add("tzid", key)
    before = begin.astimezone(zone).utcoffset()
    for onset in (begin, *_changes(zone, begin, datetime(last_year + 1, 12, 31, tzinfo=UTC))):
        there = onset.astimezone(zone)
        observed = TimezoneDaylight() if there.dst() else TimezoneStandard()
        observed.add("dtstart", (onset + (before or timedelta())).replace(tzinfo=None))
        observed.add("tzoffsetfrom", before)
        observed.add("tzoffsetto", there.utcoffset())
        observed.add("tzname", there.tzname())
        made.add_component(observed)
        before = there.utcoffset()
    return made


def _changes(zone: ZoneInfo, begin: datetime, end: datetime) -> Iterator[datetime]:
    """The moments, of UTC, from which the offset is another."""
    while begin < end:
        low, high = begin, begin + STEP
        if _offset(zone, low) != _offset(zone, high):
            while high - low > EXACT:
                middle = low + (high - low) // (2 * EXACT) * EXACT
                low, high = (middle, high) if _offset(zone, middle) == _offset(zone, low) else (low, middle)
            yield high
        begin += STEP


def _offset(zone: ZoneInfo, moment: datetime) -> timedelta | None:
    return moment.astimezone(zone).utcoffset()
