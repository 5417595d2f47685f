"""Heat sheets in one column as Meet Maestro and SwimTopia print them: a heat breaks wherever a page ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.samples.drawing import Drawing
from tests.samples.paper import Line, row, text
from tests.samples.truth import Spot

if TYPE_CHECKING:
    import datetime as dt

    from tests.samples.meet import Event, Session
    from tests.samples.programme import Race


class OneColumn(Drawing):
    def name(self, race: Race) -> tuple[str, ...]:
        from_age, to_age, one_age = self.nation.ages
        ages = from_age if race.oldest is None else one_age if race.oldest == race.youngest else to_age
        stroke = self.nation.strokes[race.stroke] + (" Relay" if race.is_relay else "")
        gender = self.nation.genders[race.gender]
        return (f"{gender} {ages.format(race.youngest, race.oldest)} {race.distance}m {stroke}",)

    def called(self, number: int, day: dt.date) -> str:  # noqa: ARG002 - a page head of one day, and no sessions
        return ""

    def head(self, page: int) -> list[Line]:
        day = self.plan.first_day
        days = f"{self.nation.months[day.month - 1][:3]} {day.day}, {day.year}"
        title = f"Heat Sheet {self.meet} — {days}"
        return [row((40, title), end=(555, f"Page {page} of {{pages}}"))]

    def meet_as_printed(self) -> dict[str, object]:
        return {"venue": None}

    def session(self, session: Session) -> None:
        for event in session.events:
            if event.heats:
                self._event(session, event)

    def _event(self, session: Session, event: Event) -> None:
        self.paper.room(3)
        self.paper.print(text(f"#{event.number} {event.name}", bold=True))
        for heat in event.heats:
            self.paper.room(2 - self.plan.seed % 2)  # some leave a heat's line alone at the end of a page
            self.paper.print(text(f"Heat {heat.number} of {len(event.heats)}"))
            for place in heat.places:
                self.paper.room(1)
                if not place.team:
                    self.paper.print(text(f"{place.number} —", 50))
                    continue
                self._row(Spot(session, event, heat, place))

    def _row(self, spot: Spot) -> None:
        place, told = spot.place, {"session": None, "heat_start_time": None}
        lane = (50, str(place.number))
        if spot.event.is_relay:
            self.paper.print(row(lane, (70, f"{place.team} {place.letter}"), end=(500, place.seed)))
            self.tell(spot, **told, legs=())
            return
        who = place.who[0]
        exhibition = " EXH" if place.seed.endswith("7") else ""
        cells = (lane, (70, f"{who.printed}{exhibition}"), (270, str(who.age)), (300, place.team))
        self.paper.print(row(*cells, end=(500, place.seed)))
        self.tell(spot, **told)
