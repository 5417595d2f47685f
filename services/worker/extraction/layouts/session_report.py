"""Session reports and timelines: when each event starts, without the names of who swims."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from schema.extraction import EventStart, Sheet
from services.worker.extraction.layouts.page_head import meet_head, page_head
from services.worker.extraction.layouts.times import CLOCK, clock_time

if TYPE_CHECKING:
    from services.worker.extraction.layouts.page_head import MeetHead
    from services.worker.extraction.lines import Line

_SESSION = re.compile(r"Session:?\s*(?P<number>\d{1,3})\b\s*(?P<name>.*)", re.IGNORECASE)
_DAY = re.compile(r"Day of Meet:?\s*(?P<day>\d{1,2})\b", re.IGNORECASE)
_INTERVAL = re.compile(
    r"Heat Interval:?\s*(?P<seconds>\d{1,4})\s*Sec\w*(?:\s*/\s*Back\s*\+\s*(?P<back>\d{1,4}))?", re.IGNORECASE
)
#: Round, number, name, entries, heats, start; `u` marks an event that is not seeded yet.
_EVENT = re.compile(
    r"(?P<round>[A-Z][A-Za-z-]+)\s+(?P<number>\d{1,4}[A-Z]{0,2})\s+(?P<name>\D.*?)\s+(?P<entries>\d{1,5})\s+"
    rf"(?P<heats>\d{{1,4}})\s+(?:[a-z]\s+)?(?P<start>{CLOCK}).*"
)
_BACK = re.compile(r"\bback(?:stroke)?\b", re.IGNORECASE)


@dataclass(slots=True)
class _Session:
    name: str | None = None
    day: date | None = None
    interval: int | None = None
    back: int = 0


class SessionReport:
    """Hy-Tek's session report: its rows give starts, counts and the pause between heats."""

    def recognises(self, pages: list[list[Line]]) -> bool:
        """Whether there are rows of events with starts, and the line that gives a session's day or interval."""
        texts = [line.text for lines in pages for line in lines]
        return any(map(_EVENT.fullmatch, texts)) and any(_DAY.search(text) or _INTERVAL.search(text) for text in texts)

    def read(self, pages: list[list[Line]]) -> Sheet:
        """A sheet without entries. Lines that are no event of a session are totals, pools and breaks."""
        meet = meet_head([page_head(lines, _belongs_to_session) for lines in pages])
        timeline = tuple(_starts(pages, meet))
        days = {start.session_date for start in timeline}
        return Sheet(
            meet_name=meet.name,
            session_date=days.pop() if len(days) == 1 else None,
            meet_date_start=meet.period.start if meet.period else None,
            meet_date_end=meet.period.end if meet.period else None,
            venue=meet.venue,
            timeline=timeline,
        )


def _starts(pages: list[list[Line]], meet: MeetHead) -> list[EventStart]:
    session, found = _Session(), []
    for text in (line.text for lines in pages for line in lines):
        if named := _SESSION.fullmatch(text):
            session = _Session(named["name"].strip() or None)
        elif event := _EVENT.fullmatch(text):
            start = clock_time(event["start"])
            if start is not None:
                found.append(_event(event, start, session))
        else:
            _take_times(text, session, meet)
    return found


def _take_times(text: str, session: _Session, meet: MeetHead) -> None:
    if (day := _DAY.search(text)) and meet.period:
        session.day = meet.period.start + timedelta(days=int(day["day"]) - 1)
    if interval := _INTERVAL.search(text):
        session.interval, session.back = int(interval["seconds"]), int(interval["back"] or 0)


def _event(event: re.Match[str], start: str, session: _Session) -> EventStart:
    interval = session.interval
    if interval is not None and _BACK.search(event["name"]):
        interval += session.back
    return EventStart(
        session=session.name,
        session_date=session.day,
        event_number=event["number"],
        event_name=event["name"],
        round=event["round"],
        start=start,
        entries=int(event["entries"]),
        heats=int(event["heats"]),
        heat_interval_seconds=interval,
    )


def _belongs_to_session(text: str) -> bool:
    return bool(_SESSION.fullmatch(text) or _DAY.search(text) or _EVENT.fullmatch(text))
