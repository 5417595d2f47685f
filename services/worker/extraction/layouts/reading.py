"""Goes through the lines of a sheet in their order and keeps what its rows mean."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from typing import TYPE_CHECKING

from schema.extraction import Kind, SheetEntry, Warning  # noqa: A004 - as in its home
from services.worker.extraction.layouts import legs, teams
from services.worker.extraction.layouts.columns import ColumnHeads
from services.worker.extraction.layouts.headings import Headings
from services.worker.extraction.layouts.rows import LONGEST, Row, Rows, unmarked

if TYPE_CHECKING:
    from datetime import date

    from services.worker.extraction.layouts.columns import Columns
    from services.worker.extraction.layouts.dates import Period
    from services.worker.extraction.layouts.headings import Event, HeatLine, Session
    from services.worker.extraction.layouts.words import Words
    from services.worker.extraction.lines import Line

#: A sheet with more lines that nobody understands is of another layout; these are enough to see it.
MAX_WARNINGS = 200
#: Who swims was born in these hundred years, as far as two figures tell.
_PIVOT = 40
_PADDED = re.compile(r"0\d")


class _Part(Enum):
    """Which part of an event the lines are in."""

    HEADING = auto()
    LIST = auto()
    HEAT = auto()
    ALTERNATES = auto()


class Grammar:
    """How the lines of a sheet in one language are told apart."""

    def __init__(self, words: Words, *, day_first: bool = False) -> None:
        self.words = words
        self.headings, self.columns, self.rows = Headings(words, day_first=day_first), ColumnHeads(words), Rows(words)

    def is_heading(self, text: str) -> bool:
        return bool(
            self.headings.event(text)
            or self.headings.heat(text)
            or self.columns.read(text)
            or self.headings.is_alternates(text)
        )

    def belongs_to_event(self, text: str) -> bool:
        """Whether a line is of the body of a page, not of its head."""
        return (
            self.is_heading(text)
            or self.rows.is_whole(text)
            or self.rows.is_empty_lane(text)
            or self.headings.session(text) is not None
            or self.headings.begins(text) is not None
        )


@dataclass(slots=True)
class Plan:
    """What a sheet says of one event of one session, beside its entries."""

    start: str | None = None
    heats: int | None = None
    day: date | None = None
    seen: dict[str, set[int]] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)


class Reading:
    """The state between the lines: event, heat, columns.

    Columns and pages are no borders here: a heat goes on over them. A line that repeats its event (`Heat 4 Prelims
    (#8 ...)`) may be clipped, so what the first heading of that event said wins.
    """

    def __init__(self, grammar: Grammar, period: Period | None) -> None:
        self.entries: list[SheetEntry] = []
        self.warnings: list[Warning] = []
        #: By session and event number.
        self.plans: dict[tuple[str | None, str], Plan] = {}
        self.session_starts: dict[str | None, str] = {}
        self._grammar = grammar
        self._period = period
        self._session: str | None = None
        self._session_date = period.start if period and period.start == period.end else None
        self._events: dict[str, Event] = {}
        self._event: Event | None = None
        self._heat: HeatLine | None = None
        self._columns: Columns | None = None
        self._part = _Part.HEADING
        self._leg_text: str | None = None
        #: Rows whose number may be an age or a year, and rows whose name and team are still one, by their entry.
        self._numbers: dict[int, str] = {}
        self._undecided: dict[int, tuple[str, Line]] = {}
        #: The letters before the ages of each mixed event, by their entry; an empty text where there is none.
        self._genders: dict[tuple[str | None, str], dict[int, str]] = defaultdict(dict)

    def begin_page(self, session: str | None) -> None:
        """Go on with a page whose head names this session; None where it names none."""
        if session is not None and session != self._session:
            self._begin_session(session, self._period.day_named(session) if self._period else None)

    def take(self, line: Line) -> None:
        text = line.text
        if not text[:1].isdigit() and self._take_heading(text):
            return
        if self._goes_on_with_legs(text):
            self._add_legs(text)
        elif not self._take_row(line) and not self._take_aside(text) and not self._means_nothing(text):
            self._warn(line)

    def finish(self) -> None:
        """Settle what only the whole sheet tells: teams without an age before them, years without a century."""
        self._settle_genders()
        self._settle_years()
        self._settle_teams()

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
        """Lines that no row can be taken for: a heading without a word, the day of an event, the start of a session."""
        headings = self._grammar.headings
        if text[:1].isdigit() and (event := headings.event(text)):
            self._begin_event(event)
        elif text[:1].isdigit() and (heat := headings.heat(text)):
            self._begin_heat(heat)
        elif self._part is not _Part.HEADING:
            return False
        elif self._event is not None and (whole := headings.goes_on(self._event, text)):
            self._event = self._events[whole.number] = whole
        elif (day := headings.day(text)) and self._event is not None:
            plan = self._plan()
            plan.day, plan.start = day[0].start, day[1] or plan.start
        elif start := headings.begins(text):
            if self._event is None:
                self.session_starts.setdefault(self._session, start)
            else:
                self._plan().start = start
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
        self._event = self._events.setdefault(event.number, event)
        if not self._event.name.startswith(event.name):
            self._event = self._events[event.number] = event
        plan = self._plan()
        plan.start, plan.heats = event.start or plan.start, event.heats or plan.heats
        self._part, self._heat, self._leg_text = _Part.HEADING, None, None
        self._columns = None

    def _begin_heat(self, heat: HeatLine) -> None:
        if heat.event is not None:
            known = self._events.get(heat.event.number)
            if known is None or not known.name.startswith(heat.event.name):
                known = self._events[heat.event.number] = heat.event
            self._event = known
        plan, kind = self._plan(), heat.round or ""
        plan.seen.setdefault(kind, set()).add(heat.number)
        if heat.count is not None:
            plan.counts[kind] = heat.count
        elif heat.event is not None:  # a line that repeats its event leaves the total out
            heat = replace(heat, count=plan.counts.get(kind))
        self._part, self._heat, self._leg_text = _Part.HEAT, heat, None

    def _begin_rows(self, columns: Columns) -> None:
        self._columns, self._leg_text = columns, None
        if self._part is _Part.HEADING and not columns.has_lane:
            self._part = _Part.LIST

    def _plan(self) -> Plan:
        return self.plans.setdefault((self._session, self._event.number if self._event else ""), Plan())

    def _take_row(self, line: Line) -> bool:
        if self._event is None:
            return False
        rows, columns, text = self._grammar.rows, self._columns, line.text
        row = rows.withdrawn(text)
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
        if row.both is not None:
            self._undecided[len(self.entries)] = (row.both, line)
        if row.number is not None:
            self._numbers[len(self.entries)] = row.number
            if self._event is not None and self._event.is_mixed:
                self._genders[self._session, self._event.number][len(self.entries)] = row.gender or ""
        self.entries.append(self._entry(row, line.page))
        self._leg_text = "" if row.name is None and row.both is None else None

    def _entry(self, row: Row, page: int) -> SheetEntry:
        heat = None if row.is_scratched and row.place is None else self._heat
        number = int(row.number) if row.number else None
        is_year = number is not None and (number > 1900 or self._prints_years)  # noqa: PLR2004 - no age
        return SheetEntry(
            kind=self._kind(row),
            session=self._session,
            session_date=self._plan().day or self._session_date,
            event_number=self._event.number if self._event else None,
            event_name=(self._event.name if self._event else None) or None,
            round=heat.round if heat else None,
            heat_number=heat.number if heat else None,
            heat_count=heat.count if heat else None,
            heat_start_time=heat.start if heat else None,
            lane=row.place if heat else None,
            swimmer_name=row.name or row.both,
            age=None if is_year else number,
            birth_year=_whole_year(number) if is_year and number is not None else None,
            team=" ".join(part for part in (row.team, row.letter) if part) or None,
            seed_time=row.seed,
            page=page,
        )

    @property
    def _prints_years(self) -> bool:
        return self._columns is not None and self._columns.has_birth_year and not self._columns.has_age

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
        relay = self.entries[-1]
        may_have_gender = self._event is not None and self._event.is_mixed
        found = legs.legs(self._leg_text, may_have_gender=may_have_gender)
        self.entries[-1] = relay.model_copy(update={"legs": found})

    def _means_nothing(self, text: str) -> bool:
        """Empty lanes, records and time standards; outside of heats and lists whatever does not look like a row."""
        rows = self._grammar.rows
        if rows.is_empty_lane(text) or rows.is_standard(text):
            return True
        if self._part is _Part.HEADING or self._event is None:
            row = rows.swimmer(text, None, ranked=False, may_have_gender=True)
            return row is None or row.name is None
        return rows.is_record(text)

    def _settle_genders(self) -> None:
        """A letter before an age is an initial where others of the event have none there."""
        for letters in self._genders.values():
            for at, letter in letters.items() if "" in letters.values() else ():
                name = f"{self.entries[at].swimmer_name} {letter}".strip()
                self.entries[at] = self.entries[at].model_copy(update={"swimmer_name": name})

    def _settle_years(self) -> None:
        """A number with a zero before it is no age; where one row prints such a year, all of its kind do."""
        if not any(_PADDED.fullmatch(number) for number in self._numbers.values()):
            return
        for at, number in self._numbers.items():
            if self.entries[at].age is not None:
                update = {"age": None, "birth_year": _whole_year(int(number))}
                self.entries[at] = self.entries[at].model_copy(update=update)

    def _settle_teams(self) -> None:
        known = {entry.team for at, entry in enumerate(self.entries) if entry.team and at not in self._undecided}
        for at, number in self._numbers.items():
            team = f"{number} {self.entries[at].team}"
            if team in known:  # the number belongs to a team's name; the age is missing
                self.entries[at] = self.entries[at].model_copy(update={"age": None, "birth_year": None, "team": team})
        settled = teams.settle([both for both, _ in self._undecided.values()], known)
        for (at, (both, line)), found in zip(self._undecided.items(), settled, strict=True):
            if found is None:
                self._warn(line, "It is not clear where the name ends and the team begins.")
            name, home = found or (both, None)
            self.entries[at] = self.entries[at].model_copy(update={"swimmer_name": unmarked(name), "team": home})

    def _warn(self, line: Line, message: str = "A line among the entries was not understood.") -> None:
        if len(self.warnings) < MAX_WARNINGS:
            self.warnings.append(Warning(code="unread_line", message=message, page=line.page, line=line.text[:LONGEST]))


def _whole_year(number: int) -> int:
    """A year of two figures with its century."""
    if number > 99:  # noqa: PLR2004 - it has one
        return number
    return number + (2000 if number <= _PIVOT else 1900)
