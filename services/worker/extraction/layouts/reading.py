"""Goes through the lines of a sheet in their order and keeps what its rows mean."""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING

from schema.extraction import Kind, Warning  # noqa: A004 - as in its home
from services.worker.extraction.layouts import legs
from services.worker.extraction.layouts.draft import Draft, Heat, Plan
from services.worker.extraction.layouts.rows import LONGEST
from services.worker.extraction.layouts.settling import OpenQuestions, whole_year

if TYPE_CHECKING:
    from datetime import date

    from services.worker.extraction.layouts.columns import Columns
    from services.worker.extraction.layouts.dates import Period
    from services.worker.extraction.layouts.grammar import Grammar
    from services.worker.extraction.layouts.headings import Event, HeatLine, Session
    from services.worker.extraction.layouts.rows import Row
    from services.worker.extraction.lines import Line

#: A sheet with more lines that nobody understands is of another layout; these are enough to see it.
MAX_WARNINGS = 200


class _Part(Enum):
    """Which part of an event the lines are in."""

    HEADING = auto()
    LIST = auto()
    HEAT = auto()
    ALTERNATES = auto()


class Reading:
    """The state between the lines: event, heat, columns.

    Columns and pages are no borders here: a heat goes on over them. A line that repeats its event (`Heat 4 Prelims
    (#8 ...)`) may be clipped, so what the first heading of that event said wins.
    """

    def __init__(self, grammar: Grammar, period: Period | None, *, prints_years: bool = False) -> None:
        #: The fields of each SheetEntry to be, open to what the whole sheet says.
        self.drafts: list[Draft] = []
        self.warnings: list[Warning] = []
        self.heats: list[Heat] = []
        #: By session and event number.
        self.plans: dict[tuple[str | None, str], Plan] = {}
        self.session_starts: dict[str | None, str] = {}
        self._grammar, self._period = grammar, period
        self._always_years = prints_years
        self._session: str | None = None
        self._session_date = period.start if period and period.start == period.end else None
        self._events: dict[str, Event] = {}
        self._event: Event | None = None
        self._plan = Plan()
        self._heat: Heat | None = None
        self._columns: Columns | None = None
        self._part = _Part.HEADING
        self._leg_text: str | None = None
        self._open = OpenQuestions()

    def begin_page(self, session: str | None) -> None:
        """Go on with a page whose head names this session; None where it names none."""
        if session is not None and session != self._session:
            self._begin_session(session, self._period.day_named(session) if self._period else None)

    def take(self, line: Line) -> None:
        text = line.text
        is_row_like = text[:1].isdigit() and not self._grammar.headings.is_wordless_event(text)
        if not is_row_like and self._take_heading(text):
            return
        if self._goes_on_with_legs(text):
            self._add_legs(text)
        elif not self._take_row(line) and not self._take_aside(text) and not self._means_nothing(text):
            self._warn(line)

    def finish(self) -> None:
        """Settle what only the whole sheet tells."""
        for line in self._open.settle(self.drafts):
            self._warn(line, "It is not clear where the name ends and the team begins.")

    def _take_heading(self, text: str) -> bool:
        headings = self._grammar.headings
        if event := headings.event(text):
            self._begin_event(event)
        elif heat := headings.heat(text):
            self._begin_heat(heat)
        elif columns := self._grammar.columns.read(text):
            self._begin_rows(columns)
        elif headings.is_alternates(text):
            self._part, self._heat, self._leg_text = _Part.ALTERNATES, None, None
        elif session := headings.session(text):
            self._begin_session(session.name, self._day_of(session))
        else:
            return False
        return True

    def _take_aside(self, text: str) -> bool:
        """Lines that are no rows: `2. Lauf`, the rest of a heading, the day of an event, the start of a session."""
        headings = self._grammar.headings
        if text[:1].isdigit() and (heat := headings.heat(text)):
            self._begin_heat(heat)
        elif self._part is not _Part.HEADING:
            return False
        elif self._event is not None and (whole := headings.goes_on(self._event, text)):
            self._event = self._events[whole.number] = whole
        elif (day := headings.day(text)) and self._event is not None:
            self._plan.day, self._plan.start = day[0].start, day[1] or self._plan.start
        elif start := headings.begins(text):
            if self._event is None:
                self.session_starts.setdefault(self._session, start)
            else:
                self._plan.start = start
        else:
            return False
        return True

    def _begin_session(self, name: str, day: date | None) -> None:
        if name == self._session:
            return
        self._events.clear()  # another session may use the numbers again
        self._session, self._session_date = name, day
        self._event, self._heat, self._part, self._leg_text = None, None, _Part.HEADING, None

    def _day_of(self, session: Session) -> date | None:
        if session.period is not None and session.period.start == session.period.end:
            return session.period.start
        return self._period.day_named(session.name) if self._period else None

    def _begin_event(self, event: Event) -> None:
        self._set_event(event)
        plan = self._plan
        plan.start, plan.heats = event.start or plan.start, event.heats or plan.heats
        self._part, self._heat, self._leg_text = _Part.HEADING, None, None
        self._columns = None

    def _set_event(self, event: Event) -> None:
        known = self._events.get(event.number)
        if known is None or not known.name.startswith(event.name):
            known = self._events[event.number] = event
        self._event = known
        self._plan = self.plans.setdefault((self._session, event.number), Plan())

    def _begin_heat(self, heat: HeatLine) -> None:
        if heat.event is not None:
            self._set_event(heat.event)
        plan, kind = self._plan, heat.round or ""
        if heat.count is not None:
            plan.counts[kind] = heat.count
        count = heat.count
        if count is None and heat.event is not None:  # a line that repeats its event leaves the total out
            counts = {plan.counts[kind]} if kind in plan.counts else set(plan.counts.values())
            count = counts.pop() if len(counts) == 1 else None
        known = plan.seen.get((kind, heat.number))
        if known is None:
            event = self._event.number if self._event else None
            known = plan.seen[kind, heat.number] = Heat(self._session, event, heat.number, heat.round, heat.start)
            self.heats.append(known)
        known.count = count
        self._part, self._heat, self._leg_text = _Part.HEAT, known, None

    def _begin_rows(self, columns: Columns) -> None:
        self._columns, self._leg_text = columns, None
        if self._part is _Part.HEADING and not columns.has_lane:
            self._part = _Part.LIST

    def _take_row(self, line: Line) -> bool:
        if self._event is None:
            return False
        rows, columns, text = self._grammar.rows, self._columns, line.text
        row = None if text[:1].isdigit() else rows.withdrawn(text)
        if row is None and self._part is not _Part.HEADING:
            ranked = self._part is not _Part.HEAT
            if self._event.is_relay if columns is None else columns.is_relay or (self._event.is_relay and not ranked):
                row = rows.relay(text, ranked=ranked)
            else:
                row = rows.swimmer(text, columns, ranked=ranked, may_have_gender=self._event.is_mixed)
        if row is None:
            return False
        self._keep(row, line)
        return True

    def _keep(self, row: Row, line: Line) -> None:
        mixed = (self._session, self._event.number) if self._event is not None and self._event.is_mixed else None
        self._open.note(len(self.drafts), row, line, mixed)
        self.drafts.append(self._draft(row, line.page))
        self._leg_text = "" if row.name is None and row.both is None else None

    def _draft(self, row: Row, page: int) -> Draft:
        heat = None if row.is_scratched and row.place is None else self._heat
        if heat is not None and not row.is_scratched:
            heat.at.append(len(self.drafts))
        number = int(row.number) if row.number else None
        is_year = number is not None and (number > 1900 or self._prints_years)  # noqa: PLR2004 - no age
        return {
            "kind": self._kind(row),
            "session": self._session,
            "session_date": self._plan.day or self._session_date,
            "event_number": self._event.number if self._event else None,
            "event_name": (self._event.name if self._event else None) or None,
            "round": heat.round if heat else None,
            "heat_number": heat.number if heat else None,
            "heat_count": heat.count if heat else None,
            "heat_start_time": heat.start if heat else None,
            "lane": row.place if heat else None,
            "swimmer_name": row.name or row.both,
            "age": None if is_year else number,
            "birth_year": whole_year(number) if is_year and number is not None else None,
            "team": f"{row.team} {row.letter}" if row.letter else row.team,
            "seed_time": row.seed,
            "page": page,
        }

    @property
    def _prints_years(self) -> bool:
        if self._columns is not None and self._columns.has_age:
            return False
        return self._always_years or (self._columns is not None and self._columns.has_birth_year)

    def _kind(self, row: Row) -> Kind:
        if row.is_scratched:
            return Kind.SCRATCHED
        match self._part:
            case _Part.ALTERNATES:
                return Kind.ALTERNATE
            case _Part.LIST:
                return Kind.UNSEEDED
            case _:
                return Kind.RELAY if row.name is None and row.both is None else Kind.INDIVIDUAL

    def _goes_on_with_legs(self, text: str) -> bool:
        if self._leg_text is None:
            return False
        if legs.is_legs(text):
            return True
        return legs.is_unfinished(self._leg_text) and not self._grammar.rows.is_empty_lane(text)

    def _add_legs(self, text: str) -> None:
        self._leg_text = f"{self._leg_text} {text}".strip()
        may_have_gender = self._event is not None and self._event.is_mixed
        self.drafts[-1]["legs"] = legs.legs(self._leg_text, may_have_gender=may_have_gender)

    def _means_nothing(self, text: str) -> bool:
        """Empty lanes, records, standards, words alone; outside of heats and lists whatever is not like a row."""
        rows = self._grammar.rows
        if rows.is_empty_lane(text) or rows.is_standard(text):
            return True
        if self._part is _Part.HEADING or self._event is None:
            row = rows.swimmer(text, None, ranked=False, may_have_gender=True)
            return row is None or row.name is None
        return rows.is_record(text) or not (any(map(str.isdigit, text)) or "," in text)

    def _warn(self, line: Line, message: str = "A line among the entries was not understood.") -> None:
        if len(self.warnings) < MAX_WARNINGS:
            self.warnings.append(Warning(code="unread_line", message=message, page=line.page, line=line.text[:LONGEST]))
