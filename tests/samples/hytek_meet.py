"""Meets as Hy-Tek's Meet Manager knows them. The same options give the same meet."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from itertools import cycle
from random import Random

from tests.samples.meet import Event, Heat, Options, Place, Session
from tests.samples.nation import nation
from tests.samples.people import Swimmer, squad

FLAGS = ("", "B", "BBB", "ALL*", "&TOP", "B&TOP")
_AGES = ((8, 10), (11, 12), (13, 14), (15, 18), (8, 18))
MAYA = Swimmer("Maya", "Lindqvist", "", is_girl=True, age=12, team="HARB-XA")


@dataclass
class _Draw:
    options: Options
    random: Random
    swimmers: list[Swimmer]
    minute: int = 8 * 60 + 30
    distance: int = 50

    def event(self, number: int) -> Event:
        options, random = self.options, self.random
        words = nation(options.language).hytek
        label, (youngest, oldest) = words["ages"][number % len(_AGES)], _AGES[number % len(_AGES)]
        is_mixed = options.mixed and number % 5 == 0
        girls = number % 2 == 1
        gender = words["genders"][2 if is_mixed else 0 if girls else 1]
        of_age = [s for s in self.swimmers if youngest <= s.age <= oldest and (is_mixed or s.is_girl == girls)]
        random.shuffle(of_age)
        if options.maya and girls and not is_mixed and youngest <= MAYA.age <= oldest:
            of_age.insert(random.randrange(options.lanes), MAYA)
        distance = self.distance = random.choice(options.distances)
        is_relay = options.relays and number % 6 in (3, 4)
        stroke = random.choice(words["relays"] if is_relay else words["strokes"])
        name = f"{gender} {label} {distance} {options.course} {stroke}".replace("  ", " ")
        printed = str(number)
        if options.combined and number % 7 == 3 and not is_relay and not is_mixed:
            printed, name = f"{number} / {number + 100}", f"Girls / Boys {label} {distance} Free".replace("  ", " ")
        if options.psych or (options.unseeded and number % 4 == 2):
            places = self._places(of_age, random.randint(3, 14), ranked=True, is_relay=is_relay)
            return Event(printed, name, is_relay, is_mixed, listed=places)
        round_ = random.choice(words["rounds"])
        if options.swim_offs and number % 6 == 2:
            round_, name = "Swim-off", f"{name} Swim-off"
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
        if options.deferred and heats and round_ == "Finals":
            heats = (replace(heats[0], round="Finals - Swimming with Finals"), *heats[1:])
        if options.interleaved and "/" in printed:
            heats = tuple(Heat(heat.number, _turn(heat, distance), heat.places, heat.start) for heat in heats)
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
            seed = self._seed()
            exhibition = (is_relay or self.options.exhibitions) and self.random.random() < 0.1
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


def _turn(heat: Heat, distance: int) -> str:
    """Heats of girls and of boys in turn, each with the number that it has among its own; the fastest in the finals."""
    own, is_boys = divmod(heat.number - 1, 2)
    return f"(Heat {own + 1} {'Boys' if is_boys else 'Girls'} {distance} Free){' Swimming with Finals' * (own == 0)}"


def _split(events: tuple[Event, ...]) -> tuple[Event, ...]:
    """The last heats of each event of three and more stand at the end, under its heading once more."""
    long = [event for event in events if len(event.heats) > 2]
    first = (replace(e, heats=e.heats[:2], total=len(e.heats), alternates=()) if e in long else e for e in events)
    return (*first, *(replace(event, heats=event.heats[2:], total=len(event.heats)) for event in long))


def make_meet(options: Options) -> tuple[Session, ...]:
    random = Random(options.seed)  # noqa: S311 - for made-up swimmers, the same each time
    ligatures = cycle(("Griffinby", "Flintmoor", "Sofiedal", "Halfleyton"))
    if options.language == "en":
        swimmers = squad(random, 480, codes=options.codes, long_names=options.long_names)
    else:
        found = nation(options.language).squad(random, 480)
        swimmers = [replace(swimmer, team=swimmer.team[:16].strip()) for swimmer in found]
    if options.reprinted:
        swimmers[::6] = [replace(swimmer, last=next(ligatures)) for swimmer in swimmers[::6]]
    draw = _Draw(options, random, swimmers)
    events = [draw.event(number) for number in range(1, options.events + 1)]
    each = -(-len(events) // options.days)
    sessions = []
    for index in range(options.days):
        day = options.first_day + dt.timedelta(days=index)
        part = tuple(events[index * each : (index + 1) * each])
        part = _split(part) if options.split else part
        words = nation(options.language)
        called = words.hytek["session"].format(words.weekdays[day.weekday()].capitalize())
        if part:
            sessions.append(Session(f"{called}{options.warm_up}", day, part, index + 1))
    return tuple(sessions)
