from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from schema.extraction import Kind
from services.api.plain import one_line
from services.api.short_names import short_name

if TYPE_CHECKING:
    from collections.abc import Iterator
    from zoneinfo import ZoneInfo

    from schema.views import ResultView, SwimView

#: A race takes minutes; this much of the day keeps its entry visible.
SHOWN = timedelta(minutes=10)
#: What a day of a meet can be; others are slips of a reader, and calendars cannot count beyond some of them.
YEARS = range(1990, 2100)


@dataclass(frozen=True, slots=True)
class Entry:
    """A swim as calendars show it: from a time to a time, or whole days, of which `end` is the first that is free.

    Times are the pool's wall clock, of a zone where one is known. All texts are lines without controls, the
    description several of them.
    """

    title: str
    start: datetime | date
    end: datetime | date
    venue: str | None
    description: str


def is_left_out(swim: SwimView) -> bool:
    """Whether a swim is no entry of its own: shown by an earlier sheet, or not swum."""
    return swim.duplicate or swim.kind is Kind.SCRATCHED


def entry(sheet: ResultView, swim: SwimView, zone: ZoneInfo | None = None) -> Entry | None:
    """A time where the day and the time are known, else the day, else all days of the meet; None without any day."""
    day = _sensible(swim.session_date) or _sensible(sheet.session_date)
    first = _sensible(sheet.meet_date_start)
    last = _sensible(sheet.meet_date_end) or first
    clock, notes = swim.heat_start_time, list(_notes(swim))
    start: datetime | date
    if day is None and first is not None and last is not None and first < last:
        at = f" (at {clock})" if clock else ""
        start, end = first, last + timedelta(days=1)
        notes.append(f"The sheet does not say on which day{at}.")
    elif (day := day or first) is None:
        return None
    elif clock is None:
        start, end = day, day + timedelta(days=1)
        notes.append("The sheet does not say at what time.")
    else:
        start = _there(datetime.combine(day, time.fromisoformat(clock)), zone)
        end = _there(start.replace(tzinfo=None) + SHOWN, zone)
        if swim.heat_start_estimated:
            notes.append("The time is estimated from the heats before.")
    venue = one_line(sheet.venue or "") or None
    return Entry(title(sheet.swimmer_name, swim), start, end, venue, "\n".join([*_facts(sheet, swim), *notes]))


def title(swimmer_name: str, swim: SwimView) -> str:
    """Who; event, heat and lane as swimmers write them on their arms; the race. What is not printed is left out."""
    place = {"E": swim.event_number, "H": swim.heat_number, "L": swim.lane}
    marks = " ".join(f"{mark}{value}" for mark, value in place.items() if value is not None)
    race = short_name(swim.event_name or "") or "Swim"
    if swim.kind is Kind.ALTERNATE:
        race += ", alternate"
    elif swim.relay_leg is not None:
        race += f", leg {swim.relay_leg}"
    if swim.heat_start_estimated and swim.heat_start_time:
        race += " (time estimated)"
    parts = (one_line(part) for part in (swimmer_name, marks, race))
    return " – ".join(part for part in parts if part)  # noqa: RUF001 - a dash between phrases


def _sensible(day: date | None) -> date | None:
    return day if day is not None and day.year in YEARS else None


def _there(clock: datetime, zone: ZoneInfo | None) -> datetime:
    """A wall clock's time in a zone.

    As RFC 5545 has it, one that comes twice is the first, and one that the clocks jump over is as late as if they had
    not.
    """
    return clock if zone is None else clock.replace(tzinfo=zone).astimezone(UTC).astimezone(zone)


def _facts(sheet: ResultView, swim: SwimView) -> Iterator[str]:
    heats = f" of {swim.heat_count}" if swim.heat_count else ""
    facts = {
        "Swimmer": sheet.swimmer_name,
        "Meet": sheet.meet_name,
        "Session": swim.session,
        "Event": " ".join(filter(None, (swim.event_number, swim.event_name))),
        "Round": swim.round,
        "Heat": None if swim.heat_number is None else f"{swim.heat_number}{heats}",
        "Lane": None if swim.lane is None else str(swim.lane),
        "Team": swim.team,
        "Seed time": swim.seed_time,
        "Sheet": sheet.source,
    }
    return (f"{name}: {one_line(value)}" for name, value in facts.items() if value)


def _notes(swim: SwimView) -> Iterator[str]:
    if swim.kind is Kind.UNSEEDED:
        yield "The sheet gives no heat and lane yet."
    if swim.kind is Kind.ALTERNATE:
        yield "An alternate: swims only if somebody of the relay does not."
