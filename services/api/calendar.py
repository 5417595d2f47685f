from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING
from uuid import UUID, uuid5

from icalendar import Calendar, Event, vText

from schema.extraction import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from schema.views import ResultView, SwimView

PRODUCT = "-//Heatstream//Heatstream//EN"
#: A race takes minutes; this much of the day keeps its entry visible.
SHOWN = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A finished sheet of a batch, with the job that read it and when that was."""

    job_id: UUID
    completed_at: datetime
    result: ResultView


def calendar(swimmer_name: str, sheets: Iterable[Sheet], without: frozenset[str] = frozenset()) -> bytes:
    """The swims that have a date, each once, as iCalendar (RFC 5545). Times float: they are the pool's wall clock.

    `without` names swims that are not wanted: the code of their sheet, a dot, and their place in it from 0.
    Without any it is an empty calendar, which programs take, so that a subscription outlives the time before the
    first sheet is read.
    """
    made = Calendar()
    made.add("prodid", PRODUCT)
    made.add("version", "2.0")
    made.add("x-wr-calname", vText(f"Swims of {swimmer_name}"))  # which else goes out as it is
    for sheet in sheets:
        named: Counter[str] = Counter()
        for place, swim in enumerate(sheet.result.swims):
            name = _name(swim)
            named[name] += 1
            is_left = f"{sheet.result.result_code}.{place}" in without
            if is_left or swim.duplicate or swim.kind is Kind.SCRATCHED:
                continue
            if (when := _when(sheet.result, swim)) is not None:
                made.add_component(_event(sheet, swim, when, uuid5(sheet.job_id, f"{name}|{named[name]}")))
    return bytes(made.to_ical())


@dataclass(frozen=True, slots=True)
class _When:
    start: datetime | date
    end: datetime | date
    note: str | None = None


def _when(sheet: ResultView, swim: SwimView) -> _When | None:
    """A time where the day and the time are known, else the day, else all days of the meet."""
    day = swim.session_date or sheet.session_date
    first, last = sheet.meet_date_start, sheet.meet_date_end or sheet.meet_date_start
    if day is None and first is not None and last is not None:
        if first < last:
            clock = f" (at {swim.heat_start_time})" if swim.heat_start_time else ""
            return _When(first, last + timedelta(days=1), f"The sheet does not say on which day{clock}.")
        day = first
    if day is None:
        return None
    if swim.heat_start_time is None:
        return _When(day, day + timedelta(days=1))
    start = datetime.combine(day, time.fromisoformat(swim.heat_start_time))
    note = "The time is estimated from the heats before." if swim.heat_start_estimated else None
    return _When(start, start + SHOWN, note)


def _event(sheet: Sheet, swim: SwimView, when: _When, uid: UUID) -> Event:
    made = Event()
    made.add("uid", f"{uid}@heatstream")
    made.add("dtstamp", sheet.completed_at)
    made.add("dtstart", when.start)
    made.add("dtend", when.end)
    made.add("summary", summary(swim))
    if sheet.result.venue:
        made.add("location", sheet.result.venue)
    facts = {
        "Swimmer": sheet.result.swimmer_name,
        "Meet": sheet.result.meet_name,
        "Session": swim.session,
        "Round": swim.round,
        "Team": swim.team,
        "Seed time": swim.seed_time,
        "Sheet": sheet.result.source,
    }
    lines = [f"{name}: {value}" for name, value in facts.items() if value]
    made.add("description", "\n".join([*lines, *([when.note] if when.note else [])]))
    return made


def summary(swim: SwimView) -> str:
    """Event, heat, lane and the event's name; what the sheet does not print is left out."""
    place = {"Event": swim.event_number, "Heat": swim.heat_number, "Lane": swim.lane}
    parts = [
        " ".join(f"{name} {value}" for name, value in place.items() if value is not None),
        swim.event_name or "",
    ]
    title = " – ".join(part for part in parts if part) or "Swim"  # noqa: RUF001 - a dash between two phrases
    if swim.kind is Kind.ALTERNATE:
        title += ", alternate"
    elif swim.relay_leg is not None:
        title += f", leg {swim.relay_leg}"
    return f"{title} (time estimated)" if swim.heat_start_estimated and swim.heat_start_time else title


def _name(swim: SwimView) -> str:
    """What stays of a swim when its sheet is seeded anew: not the heat, not the lane, not the time."""
    return f"{swim.session}|{swim.event_number}|{swim.event_name}|{swim.round}|{swim.kind}|{swim.relay_leg}"
