from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from icalendar import Alarm, Calendar, Event, vDuration, vText

from services.api.calendar.entry import entry, is_left_out, title
from services.api.calendar.zones import described
from services.api.plain import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable
    from zoneinfo import ZoneInfo

    from schema.views import ResultView
    from services.api.calendar.entry import Entry

PRODUCT = "-//Heatstream//Heatstream//EN"
#: How often a program that is subscribed looks again.
REFRESH = timedelta(hours=1)
#: What SEQUENCE, a number of 31 bits, counts minutes from.
EPOCH = datetime.fromisoformat("2020-01-01T00:00Z")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A finished sheet, and when the last was read of what its swims are made of."""

    read_at: datetime
    result: ResultView


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a reader wants of a calendar: an alarm so many minutes before, times of a zone, no swims of these ids."""

    alarm_minutes: int | None = None
    zone: ZoneInfo | None = None
    without: frozenset[str] = frozenset()


def calendar(swimmer_name: str, sheets: Iterable[Sheet], wishes: Wishes) -> bytes:
    """The swims that have a day, each once, as iCalendar (RFC 5545). Without a zone times are the pool's wall clock.

    The same sheets are the same bytes. Swims without any day are named in the calendar's description. Without any swim
    it is an empty calendar, which programs take, so that a subscription outlives the time before the first sheet.
    """
    made = Calendar()
    made.add("prodid", PRODUCT)
    made.add("version", "2.0")
    _say(made, ("name", "x-wr-calname"), f"Swims of {one_line(swimmer_name)}")
    made.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    made.add("x-published-ttl", vDuration(REFRESH))
    undated: list[str] = []
    for sheet in sheets:
        for swim in sheet.result.swims:
            if is_left_out(swim) or swim.id in wishes.without:
                continue
            if (found := entry(sheet.result, swim, wishes.zone)) is None:
                undated.append(title(sheet.result.swimmer_name, swim))
            else:
                made.add_component(_event(sheet, swim.id, found, wishes.alarm_minutes))
    if undated:
        lines = ["Not in here, as their sheets name no day:", *undated]
        _say(made, ("description", "x-wr-caldesc"), "\n".join(lines))
    _add_zone(made, wishes.zone)
    return bytes(made.to_ical())


def _say(made: Calendar, properties: Iterable[str], text: str) -> None:
    """RFC 7986's property, and the one that programs had before it, which icalendar would not escape by itself."""
    for name in properties:
        made.add(name, vText(text))


def _event(sheet: Sheet, swim_id: str, shown: Entry, alarm_minutes: int | None) -> Event:
    made = Event()
    made.add("uid", f"{swim_id}@heatstream")
    made.add("dtstamp", sheet.read_at)
    made.add("last-modified", sheet.read_at)
    made.add("sequence", int((sheet.read_at - EPOCH).total_seconds()) // 60)
    made.add("dtstart", shown.start)
    made.add("dtend", shown.end)
    made.add("summary", shown.title)
    if shown.venue:
        made.add("location", shown.venue)
    made.add("description", shown.description)
    # Minutes before a whole day are the middle of the night.
    if alarm_minutes is not None and isinstance(shown.start, datetime):
        made.add_component(_alarm(shown.title, alarm_minutes))
    return made


def _alarm(shown: str, minutes: int) -> Alarm:
    made = Alarm()
    made.add("action", "DISPLAY")
    made.add("description", shown)
    made.add("trigger", timedelta(minutes=-minutes))
    return made


def _add_zone(made: Calendar, zone: ZoneInfo | None) -> None:
    """What the clocks do in the years of the swims: UTC and whole days need none of it."""
    if zone is None or not made.get_missing_tzids():
        return
    years = [event.start.year for event in made.events]
    made.subcomponents.insert(0, described(zone.key, min(years), max(years)))
