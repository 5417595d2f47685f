"""A made-up meet of one language: the same plan gives the same swimmers, heats and times."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

from tests.samples.meet import Event, Heat, Place, Session
from tests.samples.nation import nation

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.samples.people import Swimmer

_GROUPS = ((8, 9), (10, 10), (10, None), (11, 12), (13, 14), (15, None))
_OLDEST = 17


@dataclass(frozen=True)
class Plan:
    """What to draw. Each session has `events`; `lanes` are the numbers on the blocks, some begin with 0.

    A sheet that prints totals is wrong in them by `miscount`.
    """

    seed: int
    language: str = "en"
    first_day: dt.date = dt.date(2026, 3, 14)
    days: int = 1
    sessions: int = 1
    events: int = 6
    heats: int = 3
    first_number: int = 1
    miscount: int = 0
    lanes: tuple[int, ...] = (1, 2, 3, 4, 5, 6, 7, 8)

    @property
    def last_day(self) -> dt.date:
        return self.first_day + dt.timedelta(days=self.days - 1)


@dataclass(frozen=True)
class Race:
    """`gender` and `stroke` count as a nation's `genders` and `strokes` do; `oldest` is None for no upper age."""

    number: int
    distance: int
    stroke: int
    gender: int
    youngest: int
    oldest: int | None
    is_relay: bool
    is_preliminary: bool


@dataclass
class Programme:
    """`name` gives the parts of an event's name, `called` the name of a session."""

    plan: Plan
    name: Callable[[Race], tuple[str, ...]]
    called: Callable[[int, dt.date], str]

    def __post_init__(self) -> None:
        self._random = Random(self.plan.seed)  # noqa: S311 - for made-up swimmers, the same each time
        self._swimmers = nation(self.plan.language).squad(self._random, 300)
        self._minute = 0

    def sessions(self) -> tuple[Session, ...]:
        found = []
        for index in range(self.plan.days * self.plan.sessions):
            day = self.plan.first_day + dt.timedelta(days=index // self.plan.sessions)
            self._minute = (15 if index % self.plan.sessions else 9) * 60 + self._random.choice((0, 15, 30))
            first = self.plan.first_number + index * self.plan.events
            numbers = range(first, first + self.plan.events)
            events = tuple(self._event(number) for number in numbers)
            found.append(Session(self.called(index + 1, day), day, events, index + 1))
        return tuple(found)

    def _event(self, number: int) -> Event:
        random, plan = self._random, self.plan
        is_relay = number % 5 == 0
        gender = 2 if is_relay and random.random() < 0.5 else (number - 1) % 2
        youngest, oldest = random.choice(_GROUPS)
        race = Race(
            number=number,
            distance=random.choice((50, 100, 200, 400)),
            stroke=random.choice((0, 4)) if is_relay else random.randrange(5),
            gender=gender,
            youngest=youngest,
            oldest=oldest,
            is_relay=is_relay,
            is_preliminary=not is_relay and random.random() < 0.2,
        )
        ages = range(youngest, (oldest or _OLDEST) + 1)
        of_age = [s for s in self._swimmers if s.age in ages and (gender == 2 or s.is_girl == (gender == 0))]
        random.shuffle(of_age)
        parts, start = self.name(race), self._clock()
        scratched: tuple[Place, ...] = ()
        if not is_relay and random.random() < 0.4:
            scratched = tuple(self._place(0, race, of_age) for _ in range(min(random.randint(1, 4), len(of_age))))
        listed: tuple[Place, ...] = ()
        heats: tuple[Heat, ...] = ()
        if number > plan.first_number and not is_relay and random.random() < 0.15:
            listed = tuple(
                self._place(rank, race, of_age) for rank in range(1, min(random.randint(2, 12), len(of_age)))
            )
        else:
            heats = self._heats(race, of_age, random.randint(1, plan.heats))
        spare = min(2, len(of_age)) if heats and not is_relay and random.random() < 0.2 else 0
        return Event(
            number=str(number),
            name=" ".join(parts),
            is_relay=is_relay,
            is_mixed=gender == 2,
            heats=heats,
            listed=listed,
            scratched=scratched,
            alternates=tuple(self._place(rank + 1, race, of_age) for rank in range(spare)),
            parts=parts,
            is_preliminary=race.is_preliminary,
            start=start,
        )

    def _heats(self, race: Race, of_age: list[Swimmer], most: int) -> tuple[Heat, ...]:
        """At most so many heats, and none without a swimmer."""
        four = 4 if race.is_relay else 1
        heats: list[Heat] = []
        while len(heats) < most and len(of_age) >= 2 * four:
            heats.append(self._heat(len(heats) + 1, race, of_age))
        return tuple(heat for heat in heats if any(place.team for place in heat.places))

    def _heat(self, number: int, race: Race, of_age: list[Swimmer]) -> Heat:
        start = self._clock()
        self._minute += self._random.randint(1, 1 + race.distance // 40)
        four = 4 if race.is_relay else 1
        places = [
            self._place(lane, race, of_age) if len(of_age) >= four and self._random.random() < 0.9 else Place(lane)
            for lane in self.plan.lanes
        ]
        return Heat(number, None, tuple(places), start)

    def _place(self, number: int, race: Race, of_age: list[Swimmer]) -> Place:
        """Takes swimmers away from `of_age`, so that nobody swims an event twice."""
        who = tuple(of_age.pop() for _ in range(4 if race.is_relay else 1))
        letter = self._random.choice("ABC") if race.is_relay else ""
        return Place(number, who, who[0].team, letter, self._seed(race.distance * len(who)))

    def _seed(self, distance: int) -> str:
        if self._random.random() < 0.1:
            return "NT"
        minutes, hundredths = divmod(round(distance / 50 * self._random.uniform(2900, 4900)), 6000)
        return f"{minutes}:{hundredths / 100:05.2f}" if minutes else f"{hundredths / 100:.2f}"

    def _clock(self) -> str:
        return f"{self._minute // 60 % 24:02}:{self._minute % 60:02}"
