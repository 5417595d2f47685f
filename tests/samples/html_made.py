"""Imitations of Meet Manager made of HTML tables: whatever is too wide for its cell goes on in the next line."""

from __future__ import annotations

import textwrap
from dataclasses import replace
from typing import TYPE_CHECKING

from tests.samples.drawing import Drawing
from tests.samples.paper import Line, row, text
from tests.samples.truth import Spot

if TYPE_CHECKING:
    import datetime as dt

    from tests.samples.meet import Event, Place, Session
    from tests.samples.people import Swimmer
    from tests.samples.programme import Race

#: Characters in a heading, a name, and a line of legs.
_HEADING, _NAME, _LEGS = 34, 18, 52


class HtmlMade(Drawing):
    def name(self, race: Race) -> tuple[str, ...]:
        from_age, to_age, one_age = self.nation.ages
        ages = from_age if race.oldest is None else one_age if race.oldest == race.youngest else to_age
        stroke = self.nation.strokes[race.stroke] + (" Relay" if race.is_relay else "")
        gender = self.nation.genders[race.gender]
        return (f"{gender} {ages.format(race.youngest, race.oldest)} {race.distance} Yard {stroke}".upper(),)

    def called(self, number: int, day: dt.date) -> str:  # noqa: ARG002 - one page after the other, without sessions
        return ""

    def head(self, page: int) -> list[Line]:
        if page > 1:
            return []  # a page of HTML has a head only where it begins
        first, last = self.nation.day(self.plan.first_day), self.nation.day(self.plan.last_day)
        days = first if first == last else f"{first} to {last}"
        return [
            text(f"{self.meet} - {days}", 180, bold=True, size=11),
            text(self.place, 240),
            text("Meet Program", 250),
        ]

    def session(self, session: Session) -> None:
        for event in session.events:
            if event.heats:
                self._event(session, event)

    def _event(self, session: Session, event: Event) -> None:
        heading = textwrap.wrap(f"EVENT {event.number} {event.name}", _HEADING)
        self.paper.room(3 + len(heading) + len(event.heats[0].places))
        self.paper.print(*(text(part, bold=True) for part in heading))
        if event.is_relay:
            self.paper.print(row((50, "LANE"), (80, "TEAM"), (200, "RELAY"), (300, "SEED TIME")))
        else:
            self.paper.print(row((50, "LANE"), (80, "NAME"), (210, "AGE"), (240, "TEAM"), (300, "SEED TIME")))
        for heat in event.heats:
            self.paper.room(4)
            self.paper.print(text(f"HEAT {heat.number} OF {len(event.heats)}"))
            for place in heat.places:
                self.paper.room(4)
                self._row(Spot(session, event, heat, place))

    def _row(self, spot: Spot) -> None:
        place, lane = spot.place, (50, str(spot.place.number))
        if not place.team:
            self.paper.print(row(lane))
            return
        code = self.nation.codes[place.team]
        told = {"session": None, "heat_start_time": None}
        if spot.event.is_relay:
            self.paper.print(row(lane, (80, code), (200, place.letter), (300, place.seed)))
            legs = tuple(map(self._called, _legs(place)))
            printed = " ".join(f"{n}) {leg}" for n, leg in enumerate(legs, start=1))
            self.paper.print(*(text(part, 80) for part in textwrap.wrap(printed, _LEGS, break_on_hyphens=False)))
            self.tell(spot, **told, team=f"{code} {place.letter}", legs=legs)
            return
        who = place.who[0]
        first, *rest = textwrap.wrap(self._called(who), _NAME, break_on_hyphens=False)
        self.paper.print(row(lane, (80, first), (210, str(who.age)), (240, code), (300, place.seed)))
        self.paper.print(*(text(part, 80) for part in rest))
        self.tell(spot, **told, swimmer_name=self._called(who), team=code)

    def _called(self, who: Swimmer) -> str:
        return who.printed.upper() if self.plan.seed % 2 else who.printed


def _legs(place: Place) -> tuple[Swimmer, ...]:
    """Some teams name a fifth, who swims if another cannot."""
    first, second, *_ = place.who
    return (*place.who, replace(first, first=second.first)) if place.number % 3 == 0 else place.who
