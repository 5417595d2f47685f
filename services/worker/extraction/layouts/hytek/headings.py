from __future__ import annotations

import re
from dataclasses import dataclass

from services.worker.extraction.layouts.times import clock_time

_NUMBER = r"\d{1,4}[A-Z]{0,2}(?:\s*/\s*\d{1,4}[A-Z]{0,2})*"
_EVENT = re.compile(rf"\(?(?:Event\s*#?\s*|#)(?P<number>{_NUMBER})\s*[:.]?\s+(?P<name>\S.*)", re.IGNORECASE)
#: Around the name where a heading is repeated: `...(Girls 400 IM)`, `Girls 400 IM (continued)`.
_CONTINUED = re.compile(r"^[.…]*\s*\(|^[.…]+|\s*\(?(?:continued|cont\.?)\)?\s*$", re.IGNORECASE)

_HEAT = re.compile(r"Heat\s*#?\s*(?P<number>\d{1,4})\b(?:\s+of\s+(?P<count>\d{1,4})\b)?(?P<rest>.*)", re.IGNORECASE)
_IN_EVENT = re.compile(rf"\(\s*#\s*(?P<number>{_NUMBER})\s*(?P<name>.*?)\s*\)?$")
_STARTS = re.compile(
    r"[-,]?\s*[(\[]?(?:Starts?\s*(?:at|time)?\s*:?|Est\.?(?:\s*start)?\s*:?|~|@|at)\s*"
    r"(?P<time>\d{1,2}:\d{2}\s*(?:[AP]\.?M\.?)?)[)\]]?",
    re.IGNORECASE,
)

#: Narrow columns run these words together: `Name AgeTeam Seed Time`. A longer word comes before its beginning.
_COLUMN_WORD = (
    "lane|ln|rank|place|pl|heats|heat|of|name|swimmer|athlete|age|year|yr|yob|yb|birth|date|grade|gr|class|team|school|"
    "club|affiliation|lsc|relay|seed|entry|qualifying|qual|converted|conv|course|times|time|"
    "preliminary|prelims|prelim|semifinals|semifinal|semis|semi|finals|final"
)
_COLUMNS = re.compile(rf"(?:(?:{_COLUMN_WORD})[\s./#-]*){{2,}}", re.IGNORECASE)
_COLUMN = re.compile(_COLUMN_WORD, re.IGNORECASE)
_ALTERNATES = re.compile(r"Alternates?\b[\s:.]*$", re.IGNORECASE)
_GENDER = re.compile(r"(?:girls?|boys?|women|men|ladies|female|male)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Event:
    number: str
    name: str

    @property
    def is_relay(self) -> bool:
        return "relay" in self.name.casefold()

    @property
    def is_mixed(self) -> bool:
        """Whether its ages may carry a gender: `M13`. Combined events (`Girls / Boys ...`) print theirs without."""
        return _GENDER.match(self.name) is None


@dataclass(frozen=True, slots=True)
class HeatLine:
    """`count` is None on a line that continues a heat; `event` is what such a line says of its event, maybe clipped."""

    number: int
    count: int | None = None
    round: str | None = None
    start: str | None = None
    event: Event | None = None


@dataclass(frozen=True, slots=True)
class Columns:
    """The words above the rows. Without a lane the rows are a ranked list, not yet seeded."""

    has_lane: bool
    is_relay: bool
    has_age: bool
    has_school_year: bool
    has_birth_year: bool


def event_heading(text: str) -> Event | None:
    found = _EVENT.fullmatch(text)
    if found is None:
        return None
    name = found["name"]
    stripped = _CONTINUED.sub("", name)
    if stripped != name or text.startswith("("):
        stripped = stripped.removesuffix(")") if stripped.count(")") > stripped.count("(") else stripped
    return Event(_spaced(found["number"]), stripped.strip())


def heat_line(text: str) -> HeatLine | None:
    found = _HEAT.fullmatch(text)
    if found is None:
        return None
    rest, event, start = found["rest"], None, None
    if inside := _IN_EVENT.search(rest):
        rest = rest[: inside.start()]
        event = Event(_spaced(inside["number"]), inside["name"])
    if starts := _STARTS.search(rest):
        start = clock_time(starts["time"])
        rest = rest[: starts.start()] + rest[starts.end() :]
    count = found["count"]
    return HeatLine(
        number=int(found["number"]),
        count=None if count is None else int(count),
        round=rest.strip(" -\u2013:,") or None,
        start=start,
        event=event,
    )


def columns(text: str) -> Columns | None:
    """The heads of the columns, if this line is made of nothing else."""
    if not _COLUMNS.fullmatch(text):
        return None
    known = frozenset(_COLUMN.findall(text.casefold()))
    return Columns(
        has_lane=not known.isdisjoint({"lane", "ln"}),
        is_relay="relay" in known and known.isdisjoint({"name", "swimmer", "athlete"}),
        has_age="age" in known,
        has_school_year="age" not in known and not known.isdisjoint({"yr", "year", "grade", "gr", "class"}),
        has_birth_year=not known.isdisjoint({"yob", "yb", "birth"}),
    )


def is_alternates(text: str) -> bool:
    return _ALTERNATES.fullmatch(text) is not None


def _spaced(number: str) -> str:
    """`21/22` and `21 / 22` alike, as most sheets print it."""
    return " / ".join(part.strip().upper() for part in number.split("/"))
