"""The session report of Meet Manager: when each event of a meet starts, with its entries and heats, and no swimmer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reportlab.lib.pagesizes import letter

from schema.extraction import EventStart, Sheet
from tests.samples.hytek_meet import make_meet
from tests.samples.paper import Line, Paper, row, text
from tests.samples.truth import Sample

if TYPE_CHECKING:
    from tests.samples.meet import Event, Options, Session

_INTERVAL, _BACKSTROKE = 25, 15
_POOLS = ("POOL 1 — GIRLS", "POOL 2 — BOYS")


def session_report(options: Options) -> Sample:
    """The report that goes with `hytek.sample(options)`; the events of girls and of boys may have a pool each."""
    sessions = make_meet(options)
    paper = Paper(options.name, lambda _: _head(options, sessions), lambda _: [], size=letter)
    timeline: list[EventStart] = []
    for session in sessions:
        paper.turn()
        timeline += _session(paper, options, session)
    first, last = sessions[0].day, sessions[-1].day
    sheet = Sheet(
        meet_name=options.name,
        session_date=first if first == last else None,
        meet_date_start=first,
        meet_date_end=last,
        venue=options.place,
        timeline=tuple(timeline),
    )
    return Sample(paper.pdf(), sheet, paper.page)


def _head(options: Options, sessions: tuple[Session, ...]) -> list[Line]:
    first, last = (f"{s.day.month}/{s.day.day}/{s.day.year}" for s in (sessions[0], sessions[-1]))
    days = first if first == last else f"{first} to {last}"
    banner = (580, "HY-TEK's MEET MANAGER 8.0 - 7/1/2026 Page 1")
    return [
        row((30, f"{options.place} - Site License"), end=banner),
        text(f"{options.name} - {days}", 200, bold=True),
        text("Sanction #: XA-S26-117", 250),
        text("Session Report", 270),
    ]


def _session(paper: Paper, options: Options, session: Session) -> list[EventStart]:
    day = (session.day - options.first_day).days + 1
    interval = f"Heat Interval: {_INTERVAL} Seconds / Back +{_BACKSTROKE} Seconds"
    starts = f"Day of Meet: {day} Starts at 08:30 AM {interval}"
    columns = row((30, "Round"), (110, "Event"), (360, "Entries"), (410, "Heats"), (470, "Starts at"))
    paper.print(text(f"Session: {session.number} {session.name}"), text(starts), columns)
    pools = _pools(session) if options.seed % 2 else [("", session.events)]
    found: list[EventStart] = []
    finish = ""
    for pool, events in pools:
        minute = 8 * 60 + 30
        paper.print(*([text(f" {pool}", 110, bold=True)] if pool else []))
        for event in events:
            found.append(_event(session, event, minute))
            heats = f"{_heats(event)}{' u' if event.listed else ''}"
            cells = ((30, _round(event)), (110, f"{event.number} {_short(event)}"), (360, str(_entries(event))))
            paper.print(row(*cells, (410, heats), (470, f"{_dial(minute)} _______")))
            minute += 3 * _heats(event)
        finish = f"{finish} {_dial(minute)}".strip()
    entries, total = sum(map(_entries, session.events)), sum(map(_heats, session.events))
    twice = f"{entries:,} " * (len(pools) - 1)
    paper.print(text(f" Swimmers Counts for Warm-ups: {entries - 7} ==== ====", 180))
    paper.print(
        text(f" Entry / Heat Totals: {twice}{entries:,} {total}", 180), text(f" Finish Time {finish} _______", 180)
    )
    return found


def _event(session: Session, event: Event, minute: int) -> EventStart:
    return EventStart(
        session=session.name,
        session_date=session.day,
        event_number=event.number,
        event_name=_short(event),
        round=_round(event),
        start=f"{minute // 60:02}:{minute % 60:02}",
        entries=_entries(event),
        heats=_heats(event),
        heat_interval_seconds=_INTERVAL + _BACKSTROKE * ("Backstroke" in event.name),
    )


def _pools(session: Session) -> list[tuple[str, tuple[Event, ...]]]:
    girls = tuple(event for event in session.events if event.name.startswith("Girls"))
    return list(zip(_POOLS, (girls, tuple(event for event in session.events if event not in girls)), strict=True))


def _round(event: Event) -> str:
    return "Prelims" if event.heats and event.heats[0].round == "Prelims" else "Finals"


def _short(event: Event) -> str:
    """Without the course, which a report leaves out."""
    return event.name.replace("LC Meter ", "")


def _entries(event: Event) -> int:
    return len([place for heat in event.heats for place in heat.places if place.team]) + len(event.listed)


def _heats(event: Event) -> int:
    """Events without heats yet are reckoned with full ones."""
    return len(event.heats) or -(-len(event.listed) // 8)


def _dial(minute: int) -> str:
    return f"{(minute // 60 - 1) % 12 + 1:02}:{minute % 60:02} {'AM' if minute < 12 * 60 else 'PM'}"
