"""Heat sheets of TeamUnify's TouchPad: a start beside each heat, names without a comma, lines for empty lanes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.samples.drawing import Drawing
from tests.samples.paper import Line, row, text
from tests.samples.truth import Spot

if TYPE_CHECKING:
    import datetime as dt

    from tests.samples.meet import Event, Session
    from tests.samples.people import Swimmer
    from tests.samples.programme import Race


class TeamUnify(Drawing):
    def name(self, race: Race) -> tuple[str, ...]:
        from_age, to_age, one_age = self.nation.ages
        ages = from_age if race.oldest is None else one_age if race.oldest == race.youngest else to_age
        stroke = self.nation.strokes[race.stroke] + (" Relay" if race.is_relay else "")
        group = f" {ages.format(race.youngest, race.oldest)}" if self.plan.seed % 2 else ""
        return (f"{self.nation.genders[race.gender]}{group} {race.distance} Yard {stroke}",)

    def called(self, number: int, day: dt.date) -> str:  # noqa: ARG002 - named after their days
        return f"{self.nation.weekdays[day.weekday()]} {self.nation.day(day)}"

    def head(self, page: int) -> list[Line]:  # noqa: ARG002 - the same on all
        first, last = self.nation.day(self.plan.first_day), self.nation.day(self.plan.last_day)
        days = first if first == last else f"{first} - {last}"
        return [
            text(f"{self.meet} - {days}", 180, bold=True, size=10),
            text(self.place, 240),
        ]

    def foot(self, page: int) -> list[Line]:
        return [text(f"Page {page}", 290)]

    def session(self, session: Session) -> None:
        self.paper.turn()
        self.paper.print(text(f"Session {session.number} - {session.name}", bold=True))
        for event in session.events:
            if event.heats:
                self._event(session, event)

    def _event(self, session: Session, event: Event) -> None:
        heading = f"Event {event.number}: {event.name}"
        self.paper.room(3 + len(event.heats[0].places))
        self.paper.print(text(heading, bold=True))
        for heat in event.heats:
            if self.paper.room(1 + len(heat.places) * (2 if event.is_relay else 1)):
                self.paper.print(text(heading, bold=True))
            self.paper.print(text(f"Heat # {heat.number} ~ {heat.start}"))
            for place in heat.places:
                if place.team:
                    self._row(Spot(session, event, heat, place))
                else:
                    self.paper.print(text(f"{place.number} _____________", 50))

    def _row(self, spot: Spot) -> None:
        place, code = spot.place, self.nation.codes[spot.place.team]
        told = {"session": f"Session {spot.session.number} - {spot.session.name}", "heat_count": None}
        lane = (50, str(place.number))
        if spot.event.is_relay:
            self.paper.print(row(lane, (70, f"{code} {place.letter}"), end=(500, place.seed)))
            legs = " ".join(f"{n}) {_called(who)} {who.age}" for n, who in enumerate(place.who, start=1))
            self.paper.print(text(legs, 70, size=7))
            self.tell(spot, **told, team=f"{code} {place.letter}", legs=tuple(map(_called, place.who)))
            return
        who = place.who[0]
        self.paper.print(row(lane, (70, _called(who)), (270, str(who.age)), (300, code), end=(500, place.seed)))
        self.tell(spot, **told, swimmer_name=_called(who), team=code)


def _called(who: Swimmer) -> str:
    return f"{who.first} {who.initial} {who.last}".replace("  ", " ")
