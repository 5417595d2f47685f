from __future__ import annotations

import re
from dataclasses import dataclass

from services.worker.extraction.layouts.times import SWUM

#: A row has no more characters; a longer line is not tried, which bounds the time of each.
LONGEST = 300
_PLACE = r"(?P<place>\d{1,2})\s+"
_RANK = r"(?:\*?(?P<place>\d{1,4})\.?|-+|\*)\s+"
_NO_TIME = r"(?:N[TPS]|SCR|DNS|DFS|DQ)"
_SUFFIX = r"[YLSM]?"
_SEED = rf"(?P<mark>[Xx])?(?P<seed>(?:{SWUM}|{_NO_TIME}){_SUFFIX})"
#: Standards reached, bonus marks, ranks: `&JAG`, `B`, `ALL*`, `21`.
_FLAGS = r"(?P<flags>(?:[*&#!+$%]\S{0,11})?(?:\s+\S{1,12}){0,4})"
_NAME = r"(?P<name>[^\d\s][^\d]*?)"
_AGE = r"(?P<age>(?:19|20)\d{2}|\d{1,2}|1[01]\d)"
_TEAM = r"(?P<team>\S.*?)"

_SWIMMER = rf"{_NAME}\s*{_AGE}(?:\s+{_TEAM})?\s+{_SEED}{_FLAGS}"
#: The age runs into the team, or the team into the time.
_GLUED = rf"{_NAME}\s*{_AGE}\s*(?P<team>[^\W\d](?:.*?[^\d\s:.,])?)\s*(?P<seed>(?:{SWUM}|{_NO_TIME}){_SUFFIX}){_FLAGS}"
_PUPIL = rf"{_NAME}\s+(?P<class>FR|SO|JR|SR|GR|K|\d{{1,2}})(?:\s+{_TEAM})?\s+{_SEED}{_FLAGS}"
_NO_AGE = rf"(?P<name>[^\d,]+,[^\d,]+?)\s+(?P<team>[A-Z0-9-]{{2,}})\s+{_SEED}{_FLAGS}"
#: No time is printed at all: then only a name with its comma is sure to be one.
_NO_SEED = rf"(?P<name>[^\d,]+,[^\d]*?)\s*{_AGE}\s+(?P<team>[^:]+)"
_RELAY = rf"{_TEAM}\s+(?P<letter>[A-Z]{{1,2}})(?:\s+RELAY)?\s+{_SEED}{_FLAGS}"
_RELAY_NO_LETTER = rf"{_TEAM}\s+{_SEED}{_FLAGS}"

_SWIMMERS, _PUPILS, _RELAYS = (
    {ranked: [re.compile((_RANK if ranked else _PLACE) + form) for form in forms] for ranked in (False, True)}
    for forms in ((_SWIMMER, _GLUED, _NO_AGE, _NO_SEED), (_PUPIL, _NO_AGE), (_RELAY, _RELAY_NO_LETTER))
)
_WHOLE = re.compile(rf"\*?\d{{1,4}}\.?\s+\S.*?(?<![\d:.,]){_SEED}{_FLAGS}")
_EMPTY_LANE = re.compile(r"\d{1,2}(?:\s*[-\u2013\u2014.]+)?")
#: Right before an age: after a blank, a name or an initial.
_GENDER = re.compile(r"(?:(?<=\s)|(?<=[a-z])|(?<=\s[A-Z]))[MWFGB]$")


@dataclass(frozen=True, slots=True)
class Row:
    """One printed row. `place` is a lane in a heat and a rank in a list; `letter` is a relay's."""

    place: int | None
    name: str | None
    age: int | None
    birth_year: int | None
    team: str | None
    letter: str | None
    seed: str | None
    is_scratched: bool


def swimmer_row(text: str, *, ranked: bool, may_have_gender: bool, school_year: bool = False) -> Row | None:
    """A row of one swimmer. `may_have_gender` says that `M13` is a gender and an age, not an initial and an age."""
    found = _match((_PUPILS if school_year else _SWIMMERS)[ranked], text)
    if found is None:
        return None
    parts = found.groupdict()
    name = parts["name"].strip()
    if may_have_gender and text[found.end("name")].isdigit():
        name = _GENDER.sub("", name).strip()
    if not any(c.isalpha() for c in name):
        return None
    number = _number(parts.get("age"))
    is_year = number is not None and number > 1900  # noqa: PLR2004 - a year of birth
    return Row(
        place=_number(parts["place"]),
        name=name,
        age=None if is_year else number,
        birth_year=number if is_year else None,
        team=parts["team"],
        letter=None,
        seed=parts.get("seed"),
        is_scratched=parts.get("seed") == "SCR",
    )


def relay_row(text: str, *, ranked: bool) -> Row | None:
    found = _match(_RELAYS[ranked], text)
    if found is None:
        return None
    parts = found.groupdict()
    return Row(
        place=_number(parts["place"]),
        name=None,
        age=None,
        birth_year=None,
        team=parts["team"],
        letter=parts.get("letter"),
        seed=parts.get("seed"),
        is_scratched=parts.get("seed") == "SCR",
    )


def is_whole(text: str) -> bool:
    """Whether this has the beginning and the end of a row: a place and a time."""
    return len(text) <= LONGEST and _WHOLE.fullmatch(text) is not None


def is_empty_lane(text: str) -> bool:
    return _EMPTY_LANE.fullmatch(text) is not None


def _match(forms: list[re.Pattern[str]], text: str) -> re.Match[str] | None:
    if len(text) > LONGEST:
        return None
    return next((found for form in forms if (found := form.fullmatch(text))), None)


def _number(text: str | None) -> int | None:
    return None if text is None else int(text)
