"""A made-up meet: sessions, events, heats and who swims where. The same options give the same meet."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from random import Random

from tests.samples.people import Swimmer, squad

STROKES = ("Freestyle", "Backstroke", "Breaststroke", "Butterfly", "IM")
FLAGS = ("", "B", "BBB", "ALL*", "&TOP", "B&TOP")
AGES = (("10 & Under", 8, 10), ("11-12", 11, 12), ("13-14", 13, 14), ("15 & Over", 15, 18), ("", 8, 18))
MAYA = Swimmer("Maya", "Lindqvist", "", is_girl=True, age=12, team="HARB-XA")


@dataclass(frozen=True)
class Options:
    """What a sample shows. `columns` is 1 to 3; a meet has one session a day.

    `drop` is how many points the smaller type of team and time stands below the name's baseline.
    """

    seed: int
    name: str = "Sample Meet"
    place: str = "Seaport Pool"
    first_day: dt.date = dt.date(2026, 7, 11)
    days: int = 1
    events: int = 8
    columns: int = 2
    lanes: int = 8
    maya: bool = False
    heats: int = 4
    distances: tuple[int, ...] = (50, 100, 200, 400)
    relays: bool = True
    legs: bool = True
    alternates: bool = False
    unseeded: bool = False
    mixed: bool = False
    combined: bool = False
    start_times: bool = False
    hash_headings: bool = False
    codes: bool = True
    suffixes: bool = False
    flags: bool = False
    records: bool = True
    broken_heats: bool = False
    long_names: bool = False
    drop: float = 1.2


@dataclass(frozen=True)
class Place:
    """A lane of a heat, or a rank of a list. `who` is one swimmer, or the four of a relay, or nobody."""

    number: int
    who: tuple[Swimmer, ...] = ()
    team: str = ""
    letter: str = ""
    seed: str = ""
    exhibition: bool = False
    flag: str = ""


@dataclass(frozen=True)
class Heat:
    number: int
    round: str | None
    places: tuple[Place, ...]
    start: str | None = None

    @property
    def is_counted(self) -> bool:
        """Finals with a letter of their own print no total."""
        return self.round in (None, "Prelims", "Finals")


@dataclass(frozen=True)
class Event:
    """`parts` are those of the name that stand apart on a page; `listed` have a rank, `scratched` not even that."""

    number: str
    name: str
    is_relay: bool = False
    is_mixed: bool = False
    heats: tuple[Heat, ...] = ()
    listed: tuple[Place, ...] = ()
    alternates: tuple[Place, ...] = ()
    scratched: tuple[Place, ...] = ()
    parts: tuple[str, ...] = ()
    is_preliminary: bool = False
    start: str | None = None


@dataclass(frozen=True)
class Session:
    name: str
    day: dt.date
    events: tuple[Event, ...]
    number: int = 1


@dataclass
class _Draw:
    options: Options
    random: Random
    swimmers: list[Swimmer]
    minute: int = 8 * 60 + 30
    distance: int = 50

    def event(self, number: int) -> Event:
        options, random = self.options, self.random
        label, youngest, oldest = AGES[number % len(AGES)]
        is_mixed = options.mixed and number % 5 == 0
        girls = number % 2 == 1
        gender = "Mixed" if is_mixed else "Girls" if girls else "Boys"
        of_age = [s for s in self.swimmers if youngest <= s.age <= oldest and (is_mixed or s.is_girl == girls)]
        random.shuffle(of_age)
        if options.maya and girls and not is_mixed and youngest <= MAYA.age <= oldest:
            of_age.insert(random.randrange(options.lanes), MAYA)
        distance = self.distance = random.choice(options.distances)
        is_relay = options.relays and number % 6 in (3, 4)
        stroke = random.choice(("Medley Relay", "Freestyle Relay")) if is_relay else random.choice(STROKES)
        name = f"{gender} {label} {distance} LC Meter {stroke}".replace("  ", " ")
        printed = str(number)
        if options.combined and number % 7 == 3 and not is_relay and not is_mixed:
            printed, name = f"{number} / {number + 100}", f"Girls / Boys {label} {distance} Free".replace("  ", " ")
        if options.unseeded and number % 4 == 2:
            places = self._places(of_age, random.randint(3, 14), ranked=True, is_relay=is_relay)
            return Event(printed, name, is_relay, is_mixed, listed=places)
        round_ = random.choice(("Prelims", "Finals"))
        full = len(of_age) // (options.lanes * (4 if is_relay else 1))
        total = random.randint(1, max(1, min(options.heats, full)))
        heats = tuple(
            Heat(n + 1, round_, self._places(of_age, options.lanes, is_relay=is_relay), self._start())
            for n in range(total)
        )
        alternates: tuple[Place, ...] = ()
        if options.alternates and number % 3 == 0 and not is_relay:
            heats = tuple(
                Heat(h.number, f"{letter} - Final", h.places, h.start) for h, letter in zip(heats, "CBA", strict=False)
            )
            alternates = self._places(of_age, 2, ranked=True, is_relay=False)
        return Event(printed, name, is_relay, is_mixed, heats, alternates=alternates)

    def _start(self) -> str | None:
        self.minute += self.random.randint(2, 6)
        return f"{self.minute // 60 % 24:02}:{self.minute % 60:02}" if self.options.start_times else None

    def _places(self, of_age: list[Swimmer], size: int, *, is_relay: bool, ranked: bool = False) -> tuple[Place, ...]:
        """Takes swimmers away from `of_age`, so that nobody swims an event twice; without any left a lane is empty."""
        places = []
        for number in range(1, size + 1):
            four = 4 if is_relay else 1
            if len(of_age) < four or (not ranked and self.random.random() < 0.12):
                places.append(Place(number))
                continue
            who = tuple(of_age.pop(0) for _ in range(four))
            seed, exhibition = self._seed(), is_relay and self.random.random() < 0.1
            flag = self.random.choice(FLAGS) if self.options.flags and not seed.startswith("NT") else ""
            letter = self.random.choice("ABCD") if is_relay else ""
            legs = who if self.options.legs or not is_relay else ()
            places.append(Place(number, legs, who[0].team, letter, seed, exhibition, flag))
        return tuple(places)

    def _seed(self) -> str:
        random, suffixes = self.random, self.options.suffixes
        if random.random() < 0.08:
            return random.choice(("NT", "NTY")) if suffixes else "NT"
        minutes, hundredths = divmod(round(self.distance / 50 * random.uniform(2900, 4600)), 6000)
        seed = f"{minutes}:{hundredths / 100:05.2f}" if minutes else f"{hundredths / 100:.2f}"
        return seed + random.choice("YLS") if suffixes and random.random() < 0.3 else seed


def make_meet(options: Options) -> tuple[Session, ...]:
    random = Random(options.seed)  # noqa: S311 - for made-up swimmers, the same each time
    swimmers = squad(random, 480, codes=options.codes, long_names=options.long_names)
    draw = _Draw(options, random, swimmers)
    events = [draw.event(number) for number in range(1, options.events + 1)]
    each = -(-len(events) // options.days)
    sessions = []
    for index in range(options.days):
        day = options.first_day + dt.timedelta(days=index)
        part = tuple(events[index * each : (index + 1) * each])
        if part:
            sessions.append(Session(f"{day:%A} Session", day, part))
    return tuple(sessions)
