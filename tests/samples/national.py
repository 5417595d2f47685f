"""Plain start lists of one country: event, heat, and a line for each lane, in its own words and notations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schema.extraction import Kind
from tests.samples.drawing import Drawing
from tests.samples.paper import Line, row, text
from tests.samples.truth import Spot

if TYPE_CHECKING:
    import datetime as dt

    from tests.samples.meet import Event, Heat, Session
    from tests.samples.people import Swimmer
    from tests.samples.programme import Plan, Race


class National(Drawing):
    def __init__(self, plan: Plan) -> None:
        super().__init__(plan)
        self.paper.decomposed = plan.seed % 4 == 3

    def word(self, of: str) -> str:
        """A wording; where a country has several, each sheet keeps to one."""
        found = self.nation.national[of]
        return found if isinstance(found, str) else found[self.plan.seed % len(found)]

    def name(self, race: Race) -> tuple[str, ...]:
        words = {"stroke": self.nation.strokes[race.stroke], "gender": self.nation.genders[race.gender]}
        from_age, to_age, one_age = self.nation.ages
        ages = from_age if race.oldest is None else one_age if race.oldest == race.youngest else to_age
        name = self.word("relay" if race.is_relay else "race").format(distance=race.distance, **words)
        return (name, ages.format(race.youngest, race.oldest)) if self.plan.seed % 3 else (name,)

    def called(self, number: int, day: dt.date) -> str:
        weekday = self.nation.weekdays[day.weekday()]
        return self.word("session").format(number=number, weekday=weekday, date=self.nation.day(day))

    def head(self, page: int) -> list[Line]:  # noqa: ARG002 - the same on all
        return [
            text(self.meet, bold=True),
            text(f"{self.place}, {self._days()}"),
            text(self.word("head")),
        ]

    def foot(self, page: int) -> list[Line]:
        word = "" if self.plan.seed % 2 else f"{self.nation.splash['page']} "
        return [text(f"{word}{page} / {{pages}}", 290)]

    def _days(self) -> str:
        first, last = self.plan.first_day, self.plan.last_day
        one, more = list(self.nation.national["days"])
        if first.month != last.month:
            return f"{self.nation.day(first)} - {self.nation.day(last)}"
        return (one if first == last else more).format(a=first, b=last, month=self.nation.months[first.month - 1])

    def session(self, session: Session) -> None:
        self.paper.turn()
        self.paper.print(text(session.name, bold=True, size=10))
        for event in session.events:
            if event.heats:
                self._event(session, event)

    def heading(self, event: Event) -> list[Line]:
        return [text(self.word("event").format(number=event.number, race=event.name), bold=True, size=9)]

    def _event(self, session: Session, event: Event) -> None:
        self.paper.room(4 + len(event.heats[0].places))
        self.paper.print(*self.heading(event))
        for heat in event.heats:
            self._room(event, 2 + len(heat.places) * (3 if event.is_relay else 1))
            self.paper.print(text(self._heat(event, heat)), self._columns())
            for place in heat.places:
                if place.team:
                    self._row(Spot(session, event, heat, place), Kind.RELAY if event.is_relay else Kind.INDIVIDUAL)
        if event.alternates:
            self._room(event, 1 + len(event.alternates))
            self.paper.print(text(self.word("alternates")))
        for place in event.alternates:
            self._row(Spot(session, event, None, place), Kind.ALTERNATE)

    def _room(self, event: Event, lines: int) -> None:
        if self.paper.room(lines):
            *lines_, last = self.heading(event)
            cells = last.cells[0]
            self.paper.print(*lines_, text(f"{cells.text} {self.word('continued')}", bold=True, size=9))

    def _heat(self, event: Event, heat: Heat) -> str:
        line = self.word("heat").format(number=heat.number, count=len(event.heats))
        hour, _, minute = str(heat.start).partition(":")
        starts = self.word("starts").format(time=heat.start, hour=int(hour), minute=minute)
        return f"{line} {starts}" if self.plan.seed % 2 else line

    def _columns(self) -> Line:
        name, year, club, time = list(self.nation.national["columns"])
        return row((40, self.word("lane")), (90, name), (260, year), (300, club), end=(550, time))

    def _row(self, spot: Spot, kind: Kind) -> None:
        place, seed = spot.place, self._seed(spot.place.seed)
        told = {"kind": kind, "age": None, "seed_time": seed}
        told["heat_start_time"] = spot.heat.start if spot.heat and self.plan.seed % 2 else None
        if kind is Kind.RELAY:
            self.paper.print(row((40, str(place.number)), (90, f"{place.team} {place.letter}"), end=(550, seed)))
            legs = [f"{n}) {self._printed(who)} {self._year(who)}" for n, who in enumerate(place.who, start=1)]
            self.paper.print(text(" ".join(legs[:2]), 90, size=7.5), text(" ".join(legs[2:]), 90, size=7.5))
            self.tell(spot, **told, legs=tuple(map(self._printed, place.who)))
            return
        who = place.who[0]
        cells = ((40, str(place.number)), (90, self._printed(who)), (260, str(self._year(who))), (300, place.team))
        self.paper.print(row(*cells, end=(550, seed)))
        self.tell(spot, **told, swimmer_name=self._printed(who), birth_year=self._year(who))

    def _printed(self, who: Swimmer) -> str:
        match self.word("names"):
            case "comma":
                return who.printed
            case "capitals":
                return f"{self.nation.capitals(who.last)} {who.first}"
            case _:
                return f"{who.first} {who.last}"

    def _year(self, who: Swimmer) -> int:
        return self.plan.first_day.year - who.age

    def _seed(self, seed: str) -> str:
        if seed == "NT":
            return self.word("no_time")
        minutes, _, seconds = seed.rpartition(":")
        match self.word("times"):
            case "comma":
                return seed.replace(".", ",")
            case "padded":
                return f"{minutes or '0':0>2}:{seconds:0>5}"
            case _:
                return seed


class Colombian(National):
    """Headings of two lines: number, ages and gender, then the race in two languages."""

    def name(self, race: Race) -> tuple[str, ...]:
        mark = "FMX"[race.gender]
        ages = " - ".join(f"{age}Y" for age in range(race.youngest, (race.oldest or race.youngest + 2) + 1))
        english = ("Free", "Back", "Breast", "Fly", "Medley")[race.stroke]
        times = "4x" if race.is_relay else ""
        races = (f"{times}{race.distance}m {stroke}" for stroke in (self.nation.strokes[race.stroke], english))
        return f"({mark}) {ages} | {mark}", "/".join(races)

    def heading(self, event: Event) -> list[Line]:
        ages, race = event.parts
        return [text(f"{event.number} {ages}", bold=True, size=9), text(race, bold=True, size=9)]
