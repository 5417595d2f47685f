"""A made-up meet: sessions, events, heats and who swims where."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Literal

from tests.samples.people import Swimmer


@dataclass(frozen=True)
class Options:
    """What a sample shows. `columns` is 1 to 3; a meet has one session a day.

    `drop` is how many points the smaller type of team and time stands below the name's baseline. `ranks` stand after
    the times, `glued` names touch the age, `reprinted` sheets lost their ligatures, the heats of `interleaved` combined
    events take turns, `holders` of records swim here too, a `split` event has its last heats after other events, the
    first heats of `deferred` ones swim with the finals, and `silent_lanes` are not printed when nobody is in them.
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
    language: str = "en"
    course: str = "LC Meter"
    ranks: bool = False
    glued: bool = False
    reprinted: bool = False
    psych: bool = False
    swim_offs: bool = False
    interleaved: bool = False
    exhibitions: bool = False
    holders: bool = False
    ages: bool = True
    split: bool = False
    deferred: bool = False
    silent_lanes: bool = False
    dates: Literal["us", "iso", "day-first", "words"] = "us"
    warm_up: str = ""


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
        return self.round is None or re.match(r"[A-D] - |\(", self.round) is None


@dataclass(frozen=True)
class Event:
    """`listed` places have a rank, `scratched` ones not even that; `total` counts heats that stand elsewhere too.

    `parts` are those of the name that stand apart on a page.
    """

    number: str
    name: str
    is_relay: bool = False
    is_mixed: bool = False
    heats: tuple[Heat, ...] = ()
    listed: tuple[Place, ...] = ()
    alternates: tuple[Place, ...] = ()
    scratched: tuple[Place, ...] = ()
    total: int = 0
    parts: tuple[str, ...] = ()
    is_preliminary: bool = False
    start: str | None = None

    @property
    def heat_count(self) -> int:
        return self.total or len(self.heats)


@dataclass(frozen=True)
class Session:
    name: str
    day: dt.date
    events: tuple[Event, ...]
    number: int = 1
