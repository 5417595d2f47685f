"""Start lists of Splash Meet Manager in any language: surnames in capitals, short birth years, one start an event."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from tests.samples.drawing import Drawing
from tests.samples.paper import Line, row, text
from tests.samples.truth import Spot

if TYPE_CHECKING:
    from tests.samples.meet import Event, Heat, Place, Session
    from tests.samples.people import Swimmer
    from tests.samples.programme import Race


class Splash(Drawing):
    @property
    def is_school(self) -> bool:
        """At school meets some have no year, and marks of their groups stand before the name or the school."""
        return self.plan.seed % 3 == 0

    def name(self, race: Race) -> tuple[str, ...]:
        distance = f"4 x {race.distance}m" if race.is_relay else f"{race.distance}m"
        from_age, to_age, one_age = self.nation.ages
        ages = from_age if race.oldest is None else one_age if race.oldest == race.youngest else to_age
        stroke = f"{distance} {self.nation.strokes[race.stroke]}"
        return f"{self.nation.genders[race.gender]}, {stroke}", ages.format(race.youngest, race.oldest)

    def called(self, number: int, day: dt.date) -> str:  # noqa: ARG002 - sessions have no number here
        return self.nation.day(day)

    def head(self, page: int) -> list[Line]:
        before = self.plan.first_day.replace(day=1) - dt.timedelta(days=1)  # a day that is no month
        printed = f"{self.nation.day(before)} 11:13 - {self.nation.splash['page']} {page}"
        return [
            row((40, "Splash Meet Manager, 11.83921"), (200, "Registered to Seenland Aquatics"), end=(555, printed)),
            text(self.meet, 180, bold=True, size=10),
            text(f"{self.place}, {self._days()}", 240),
        ]

    def _days(self) -> str:
        """`12. - 13.3.2026`, `27.2. - 1.3.2026`, or with the marks that the country's dates have."""
        first, last = self.plan.first_day, self.plan.last_day
        mark = next(mark for mark in "./-" if mark in self.nation.dates)
        short = f"{first.day}" if first.month == last.month else f"{first.day}{mark}{first.month}"
        point = "." if mark == "." else ""
        days = f"{short}{point} - " if first != last else ""
        return f"{days}{last.day}{mark}{last.month}{mark}{last.year}"

    def session(self, session: Session) -> None:
        for event in session.events:
            if event.heats:
                self._event(session, event)

    def _event(self, session: Session, event: Event) -> None:
        paper, words = self.paper, self.nation.splash
        race, ages = event.parts
        if self.plan.seed % 2 and paper.pages:
            paper.turn()  # printed event by event
        paper.room(6 + len(event.heats[0].places))
        paper.print(row((40, f"{words['event']} {event.number}"), (110, race), end=(555, ages), bold=True))
        hour, _, minutes = str(event.start).partition(":")
        paper.print(row((40, f"{session.name} - {int(hour)}:{minutes}"), end=(555, words["start_list"])))
        if int(event.number) % 3 == 1:
            paper.print(text(f"{words['standard']} 15: 2:31.86; 16 - 18: 2:31.19; 19 +: 2:29.88"))
        paper.print(text(words["year"], 250))
        for heat in event.heats:
            if paper.room(1 + len(heat.places) * (2 if event.is_relay else 1)):
                paper.print(text(f"{words['event']} {event.number}, {race}", bold=True))
            paper.print(text(words["heat"].format(number=heat.number, count=len(event.heats)), bold=True))
            for place in heat.places:
                if place.team:
                    self._place(session, event, heat, place)

    def _place(self, session: Session, event: Event, heat: Heat, place: Place) -> None:
        lane = str(place.number)
        start = event.start if heat is event.heats[0] else None  # the event's, and so its first heat's
        told: dict[str, object] = {"session": None, "age": None, "team": place.team, "heat_start_time": start}
        if event.is_relay:
            seed = f"{place.number + 1}:00.00" if self.is_school else place.seed  # made up to order the heats
            told["seed_time"] = seed
            self.paper.print(row((50, lane), (70, place.team), (270, place.team), end=(540, seed)))
            self.paper.print(text(", ".join(f"{self._called(who)} {self._year(who)}" for who in place.who), 70, size=7))
            self.tell(Spot(session, event, heat, place), **told, legs=tuple(map(self._called, place.who)))
            return
        who = place.who[0]
        year = None if self.is_school and who.age % 4 == 0 else self._year(who)
        before, after = self._marks(place)
        cells = ((50, lane), (70, f"{before}{self._called(who)}"), (250, year or ""), (280, f"{after}{place.team}"))
        self.paper.print(row(*cells, end=(540, place.seed)))
        born = self.plan.first_day.year - who.age if year else None
        told |= {"swimmer_name": self._called(who), "birth_year": born, "team": f"{after}{place.team}"}
        self.tell(Spot(session, event, heat, place), **told)

    def _marks(self, place: Place) -> tuple[str, str]:
        if not self.is_school or place.number % 3:
            return "", ""
        return ("(Fd) ", "") if place.number % 2 else ("", "(Tk) ")

    def _called(self, who: Swimmer) -> str:
        if self.is_school and who.age % 5 == 0:
            return self.nation.capitals(f"{who.first} {who.last}")
        return f"{who.first} {self.nation.capitals(who.last)}"

    def _year(self, who: Swimmer) -> str:
        return f"{(self.plan.first_day.year - who.age) % 100:02}"
