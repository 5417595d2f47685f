"""Breaks a meet into pages and columns as Meet Manager does, and says what a perfect reader finds on them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from schema.extraction import Kind, SheetEntry
from tests.samples.nation import nation
from tests.samples.truth import Spot, entry

if TYPE_CHECKING:
    from tests.samples.meet import Event, Heat, Options, Place, Session
    from tests.samples.people import Swimmer

Style = Literal["event", "note", "columns", "heat", "row", "legs"]


@dataclass(frozen=True)
class Printed:
    """A line of a column. `cells` of a row are place, name or team, age or letter, team and time."""

    style: Style
    cells: tuple[str, ...]


@dataclass
class Page:
    session: str
    number: int
    columns: list[list[Printed]]


@dataclass
class Composition:
    options: Options
    depth: int
    pages: list[Page] = field(default_factory=list)
    entries: list[SheetEntry] = field(default_factory=list)
    _column: int = 0

    @property
    def words(self) -> dict[str, Any]:
        return nation(self.options.language).hytek

    def session(self, session: Session) -> None:
        self._page(session, 1)
        for event in session.events:
            self._event(session, event)

    def _event(self, session: Session, event: Event) -> None:
        first = self._lines(event.heats[0]) if event.heats else 2
        self._make_room(session, len(self._heading(event)) + first)
        self._print(*self._heading(event))
        for heat in event.heats:
            self._heat(session, event, heat)
        kind, places = (Kind.UNSEEDED, event.listed) if event.listed else (Kind.ALTERNATE, event.alternates)
        if kind is Kind.ALTERNATE and places:
            self._make_room(session, 2)
            self._print(Printed("heat", (self.words["alternates"],)))
        for place in places:
            if self._make_room(session, 1 + self._leg_lines(place)) and kind is Kind.UNSEEDED:
                title = f"{self.words['event']} {event.number}   ...({event.name})"
                self._print(Printed("event", (title,)), self._columns(event))
            self._place(session, event, None, place, kind)

    def _heat(self, session: Session, event: Event, heat: Heat) -> None:
        pages = len(self.pages)
        moved = self._make_room(session, 2 if self.options.broken_heats else self._lines(heat))
        word, total = self.words["heat"], f" {self.words['of']} {event.heat_count}" if heat.is_counted else ""
        round_ = f" {heat.round}" if heat.round else ""
        starts = f" {self.words['starts']} {_dial(heat.start)}" if heat.start else ""
        if moved and len(self.pages) > pages:
            name = "" if heat.round and heat.round.startswith("(") else event.name  # as of combined events
            self._print(Printed("heat", (f"{word} {heat.number}{round_}{starts} (#{event.number} {name})",)))
        else:
            self._print(Printed("heat", (f"{word} {heat.number}{total}{round_}{starts}",)))
        for place in heat.places:
            self._make_room(session, 1 + self._leg_lines(place))
            self._place(session, event, heat, place, Kind.RELAY if event.is_relay else Kind.INDIVIDUAL)

    def _place(self, session: Session, event: Event, heat: Heat | None, place: Place, kind: Kind) -> None:
        if not place.team:
            self._print(*([] if self.options.silent_lanes else [Printed("row", (str(place.number),))]))
            return
        one = None if event.is_relay else place.who[0]
        seed = f"{'X' if place.exhibition else ''}{place.seed} {place.flag}".strip()
        seed += f" {place.number * 7}" if self.options.ranks else ""
        if one is None:
            self._print(Printed("row", (str(place.number), place.team, place.letter, "", seed)))
        else:
            cells = one.printed, self._age(event, one)
            if self.options.glued and one.initial and not event.is_mixed:
                cells = "".join(cells), ""
            self._print(Printed("row", (str(place.number), *cells, place.team, seed)))
        for first, second in _pairs(place) if event.is_relay else ():
            legs = [f"{n}) {swimmer.printed} {self._age(event, swimmer)}".strip() for n, swimmer in (first, second)]
            self._print(Printed("legs", tuple(legs)))
        self.entries.append(entry(Spot(session, event, heat, place), len(self.pages), **self._told(kind, one)))

    def _told(self, kind: Kind, one: Swimmer | None) -> dict[str, object]:
        return {"kind": kind, "age": one.age if one and self.options.ages else None}

    def _age(self, event: Event, swimmer: Swimmer) -> str:
        if not self.options.ages:
            return ""
        return f"{'W' if swimmer.is_girl else 'M'}{swimmer.age}" if event.is_mixed else str(swimmer.age)

    def _heading(self, event: Event) -> list[Printed]:
        word = "#" if self.options.hash_headings else f"{self.words['event']} "
        start = f"{word}{event.number}{' ' if self.options.hash_headings else '  '}{event.name}"
        lines = [Printed("event", (start,))]
        if self.options.records:
            lines.append(Printed("note", ("Pool Record: 58.41 8/7/2019 Runa Stormcrow",)))
            lines.append(Printed("note", ("1:26.30 13-14 &TOP",)))
        if self.options.holders:
            lines.extend(Printed("note", (note,)) for note in _records(event))
        return [*lines, self._columns(event)]

    def _columns(self, event: Event) -> Printed:
        lane, name, age, *rest = self.words["relay_columns" if event.is_relay else "columns"]
        age = age if event.is_relay or self.options.ages else ""
        return Printed("columns", ("" if event.listed else lane, name, age, *rest))

    def _lines(self, heat: Heat) -> int:
        return 1 + sum(1 + self._leg_lines(place) for place in heat.places)

    def _leg_lines(self, place: Place) -> int:
        return 2 if len(place.who) > 1 else 0

    def _make_room(self, session: Session, lines: int) -> bool:
        """Go to the next column, or page, unless so many lines fit here; True if it went."""
        column = self.pages[-1].columns[self._column]
        if len(column) + lines <= self.depth or not column:
            return False
        if self._column + 1 < self.options.columns:
            self._column += 1
        else:
            self._page(session, self.pages[-1].number + 1)
        return True

    def _page(self, session: Session, number: int) -> None:
        self.pages.append(Page(session.name, number, [[] for _ in range(self.options.columns)]))
        self._column = 0

    def _print(self, *lines: Printed) -> None:
        self.pages[-1].columns[self._column].extend(lines)


def compose(options: Options, sessions: tuple[Session, ...], depth: int) -> Composition:
    composition = Composition(options, depth)
    for session in sessions:
        composition.session(session)
    return composition


def _pairs(place: Place) -> list[tuple[tuple[int, Swimmer], tuple[int, Swimmer]]]:
    legs = list(enumerate(place.who, start=1))
    return list(zip(legs[::2], legs[1::2], strict=True))


def _dial(time: str) -> str:
    hour, minute = int(time[:2]), time[3:]
    return f"{(hour - 1) % 12 + 1:02}:{minute} {'AM' if hour < 12 else 'PM'}"


def _records(event: Event) -> list[str]:
    """Records in the ways they are printed; the holder is a swimmer of the event."""
    places = (place for heat in event.heats for place in heat.places if place.who)
    who = next((place.who[0] for place in places), None)
    holder = f"{who.first} {who.last}" if who else "Runa Stormcrow"
    return [
        f"2024RC Team: 38.22 7/20/2019 {holder}",
        f"IF Team: 1:10.23 1983 {holder}",
        f"G WZ Record: 8:58.54 8/9/2017 {holder}",
        "1:20.00 ALL*",
        "2:37.09 15&O BB",
    ]
