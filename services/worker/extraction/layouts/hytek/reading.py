from __future__ import annotations

import re
from dataclasses import replace
from enum import Enum, auto
from typing import TYPE_CHECKING

from schema.extraction import Kind, SheetEntry, Warning  # noqa: A004 - as in its home
from services.worker.extraction.layouts.hytek import headings, legs, rows
from services.worker.extraction.layouts.times import SWUM

if TYPE_CHECKING:
    from datetime import date

    from services.worker.extraction.layouts.dates import Period
    from services.worker.extraction.layouts.hytek.headings import Columns, Event, HeatLine
    from services.worker.extraction.lines import Line

#: A sheet with more lines that nobody understands is of another layout; these are enough to see it.
MAX_WARNINGS = 200
_RECORD = re.compile(rf"\D.*?[^\W\d]\)?\s*[:=]\s*[A-Za-z]?(?:{SWUM})[A-Za-z]?\b.*|.*\brecords?\b.*", re.IGNORECASE)
_STANDARD = re.compile(rf"(?:{SWUM})[YLSM]?(?:\s+\S+){{0,4}}")


class _Part(Enum):
    """Which part of an event the lines are in."""

    HEADING = auto()
    LIST = auto()
    HEAT = auto()
    ALTERNATES = auto()


class Reading:
    """Goes through the lines of a sheet in their order and keeps what the rows mean: event, heat, columns.

    Columns and pages are no borders here: a heat goes on over them. A line that repeats its event (`Heat 4 Prelims
    (#8 ...)`) may be clipped, so what the first heading of that event said wins.
    """

    def __init__(self, period: Period | None) -> None:
        self.entries: list[SheetEntry] = []
        self.warnings: list[Warning] = []
        self._period = period
        self._session: str | None = None
        self._session_date: date | None = None
        self._events: dict[str, Event] = {}
        self._counts: dict[tuple[str, str], int] = {}
        self._event: Event | None = None
        self._heat: HeatLine | None = None
        self._columns: Columns | None = None
        self._part = _Part.HEADING
        self._leg_text: str | None = None

    def begin_page(self, session: str | None) -> None:
        if session != self._session:
            self._events.clear()  # another program may use the numbers again
            self._counts.clear()
            self._event, self._heat, self._part, self._leg_text = None, None, _Part.HEADING, None
        self._session = session
        self._session_date = self._period.day_named(session or "") if self._period else None

    def take(self, line: Line) -> None:
        text = line.text
        if not text[:1].isdigit() and self._take_heading(text):
            return
        if self._goes_on_with_legs(text):
            self._add_legs(text)
        elif not self._take_row(line) and not self._means_nothing(text):
            self._warn(line)

    def _take_heading(self, text: str) -> bool:
        if event := headings.event_heading(text):
            self._begin_event(event)
        elif heat := headings.heat_line(text):
            self._begin_heat(heat)
        elif columns := headings.columns(text):
            self._begin_rows(columns)
        elif headings.is_alternates(text):
            self._part, self._heat, self._leg_text = _Part.ALTERNATES, None, None
        else:
            return False
        return True

    def _begin_event(self, event: Event) -> None:
        self._event = self._events.setdefault(event.number, event)
        if not self._event.name.startswith(event.name):
            self._event = self._events[event.number] = event
        self._part, self._heat, self._leg_text = _Part.HEADING, None, None
        self._columns = None

    def _begin_heat(self, heat: HeatLine) -> None:
        if heat.event is not None:
            known = self._events.get(heat.event.number)
            if known is None or not known.name.startswith(heat.event.name):
                known = self._events[heat.event.number] = heat.event
            self._event = known
        key = (self._event.number if self._event else "", heat.round or "")
        if heat.count is not None:
            self._counts[key] = heat.count
        elif heat.event is not None:  # a line that repeats its event leaves the total out
            heat = replace(heat, count=self._counts.get(key))
        self._part, self._heat, self._leg_text = _Part.HEAT, heat, None

    def _begin_rows(self, columns: Columns) -> None:
        self._columns, self._leg_text = columns, None
        if self._part is _Part.HEADING and not columns.has_lane:
            self._part = _Part.LIST

    def _take_row(self, line: Line) -> bool:
        if self._part is _Part.HEADING or self._event is None:
            return False
        columns, ranked = self._columns, self._part is not _Part.HEAT
        if columns.is_relay if columns else self._event.is_relay:
            row = rows.relay_row(line.text, ranked=ranked)
        else:
            row = rows.swimmer_row(
                line.text,
                ranked=ranked,
                may_have_gender=self._event.is_mixed,
                school_year=columns is not None and columns.has_school_year,
            )
        if row is None:
            return False
        self.entries.append(self._entry(row, line.page))
        self._leg_text = "" if row.name is None else None
        return True

    def _entry(self, row: rows.Row, page: int) -> SheetEntry:
        heat = self._heat
        team = " ".join(part for part in (row.team, row.letter) if part)
        return SheetEntry(
            kind=self._kind(row),
            session=self._session,
            session_date=self._session_date,
            event_number=self._event.number if self._event else None,
            event_name=(self._event.name if self._event else None) or None,
            round=heat.round if heat else None,
            heat_number=heat.number if heat else None,
            heat_count=heat.count if heat else None,
            heat_start_time=heat.start if heat else None,
            lane=row.place if heat else None,
            swimmer_name=row.name,
            age=row.age,
            birth_year=row.birth_year,
            team=team or None,
            seed_time=row.seed,
            page=page,
        )

    def _kind(self, row: rows.Row) -> Kind:
        if row.is_scratched:
            return Kind.SCRATCHED
        match self._part:
            case _Part.ALTERNATES:
                return Kind.ALTERNATE
            case _Part.LIST:
                return Kind.UNSEEDED
            case _:
                return Kind.INDIVIDUAL if row.name is not None else Kind.RELAY

    def _goes_on_with_legs(self, text: str) -> bool:
        if self._leg_text is None:
            return False
        return legs.is_legs(text) or (legs.is_unfinished(self._leg_text) and not rows.is_empty_lane(text))

    def _add_legs(self, text: str) -> None:
        self._leg_text = f"{self._leg_text} {text}".strip()
        relay = self.entries[-1]
        may_have_gender = self._event is not None and self._event.is_mixed
        found = legs.legs(self._leg_text, may_have_gender=may_have_gender)
        self.entries[-1] = relay.model_copy(update={"legs": found})

    def _means_nothing(self, text: str) -> bool:
        """Empty lanes, records and time standards; outside of heats and lists whatever does not look like a row."""
        if rows.is_empty_lane(text) or _STANDARD.fullmatch(text):
            return True
        if self._part is _Part.HEADING or self._event is None:
            return rows.swimmer_row(text, ranked=False, may_have_gender=True) is None
        return _RECORD.fullmatch(text) is not None

    def _warn(self, line: Line) -> None:
        if len(self.warnings) < MAX_WARNINGS:
            self.warnings.append(
                Warning(
                    code="unread_line",
                    message="A line among the entries was not understood.",
                    page=line.page,
                    line=line.text[: rows.LONGEST],
                )
            )
