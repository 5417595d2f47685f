"""The rows of heats and lists: one swimmer or one relay team each, in the words of one language."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from services.worker.extraction.layouts.times import SWUM
from services.worker.extraction.layouts.words import either

if TYPE_CHECKING:
    from services.worker.extraction.layouts.columns import Columns
    from services.worker.extraction.layouts.words import Words

#: A row has no more characters; a longer line is not tried, which bounds the time of each.
LONGEST = 300
_RANK = r"(?:\*?(?P<place>\d{1,4})\.?|-+|\*)\s+"
#: Standards reached, bonus marks, ranks, courses: `&JAG`, `B`, `ALL*`, `21`, `25m`.
_FLAGS = r"(?P<flags>(?:[*&#!+$%]\S{0,11})?(?:\s+\S{1,12}){0,4})"
_NAME = r"(?P<name>[^\d\s][^\d]*?)"
_AGE = r"(?<!['\u2019])(?P<age>(?:19|20)\d{2}|\d{1,2}|1[01]\d)(?![º°ª])"
_TEAM = r"(?P<team>\S.*?)"
#: Right before an age: after a blank, a name or an initial.
_GENDER = re.compile(r"(?:(?<=\s)|(?<=[a-z])|(?<=\s[A-Z]))[MWFGB]$")
#: No part of a name: exhibition, and the marks of unattached and team entries that move between the columns.
_MARKS_BEFORE = re.compile(r"^(?:\([A-Z][a-z]?\)\s*)+(?=\S)")
_MARKS_BEHIND = re.compile(r"\s+\(?(?:EXH|EXHIB)\)?$")


@dataclass(slots=True)
class Row:
    """One printed row. `place` is a lane in a heat and a rank in a list; `letter` is a relay's.

    `number` is what stands where an age does, as printed; `gender` is a letter before it, perhaps an initial. A row
    without a number may have its name and its team together in `both`, until the whole sheet tells them apart.
    """

    place: int | None
    name: str | None = None
    number: str | None = None
    team: str | None = None
    letter: str | None = None
    seed: str | None = None
    both: str | None = None
    gender: str | None = None
    is_scratched: bool = False


class Rows:
    """Tells rows from other lines. Nothing here raises; a line that is no row gives None."""

    def __init__(self, words: Words) -> None:
        self._months = frozenset(words.months)
        self._scratch = frozenset({"SCR", "WDR", *(word.upper() for word in words.scratched)})
        lane = rf"(?:(?i:{either(words.lane)})\b\.?\s*)?"
        place = rf"{lane}(?P<place>\d{{1,2}})[.:]?\s+"
        named = rf"N[TPS]|SCR|DNS|DFS|DQ|WDR|(?i:{either(words.no_time)})\.?|-{{1,2}}:-{{2}}[.,]-{{2}}"
        bare = rf"(?P<mark>[Xx])?(?P<seed>(?:{SWUM}|{named})[YLSM]?)"
        #: The same where it may not be the end of a name in capitals, as in `DURANT`.
        parted = rf"(?P<mark>[Xx])?(?P<seed>(?:{SWUM}|(?:(?<![A-ZÀ-Þ])|(?<=\sX))(?:{named}))[YLSM]?)"
        withdrawn = rf"(?i:{either(words.scratched)})\b\.?"
        glued_team = rf"{_NAME}\s*{_AGE}\s*(?P<team>[^\W\d](?:.*?[^\d\s:.,])?)"
        swimmers = (
            rf"{_NAME}\s*{_AGE}(?:\s+{_TEAM})?\s+{bare}{_FLAGS}",
            # The age runs into the team, or the team into the time.
            rf"{glued_team}\s*(?P<mark>[Xx])?(?P<seed>{SWUM}[YLSM]?){_FLAGS}",
            rf"{glued_team}\s*(?P<mark>[Xx])?(?P<seed>(?:{named})[YLSM]?)",
            # No time is printed at all: then only a name with its comma is sure to be one.
            rf"(?P<name>[^\d,]+,[^\d]*?)\s*{_AGE}\s+(?P<team>[^:]+)",
        )
        ageless = (rf"(?P<both>[^\d\s][^:]*?)\s+{bare}{_FLAGS}",)
        glued = rf"(?P<both>[^\d\s][^:]*?[^\d\s:.,]){parted}{_FLAGS}"
        year = rf"(?:(?:19|20)\d{{2}}|(?i:{either(words.open)})\b)"
        team = rf"(?i:{either(words.relay)})\b"
        forms = {
            "swimmer": (*swimmers, *ageless),
            "ageless": (*ageless, glued),
            "pupil": (rf"{_NAME}\s+(?P<class>FR|SO|JR|SR|GR|K|\d{{1,2}})(?:\s+{_TEAM})?\s+{bare}{_FLAGS}", *ageless),
            "age_late": (rf"(?P<both>[^\d\s].*?)\s+{_AGE}\s+{bare}{_FLAGS}", *swimmers),
            "relay": (
                rf"(?P<letter>\d{{1,2}})\.\s*{team}\s*(?:\([^)]*\)\s*)?(?:{year}\s+)?{_TEAM}\s+{bare}{_FLAGS}",
                # In two columns of the same text.
                rf"{_TEAM}\s+(?P=team)\s+{bare}{_FLAGS}",
                rf"{_TEAM}\s+(?P<letter>[A-Z]{{1,2}})(?:\s+{team})?\s+{bare}{_FLAGS}",
                rf"(?:(?P<letter>\d{{1,2}})\s+)?\S.*?\s+{year}\s+{_TEAM}\s+{bare}{_FLAGS}",
                rf"{_TEAM}\s+{bare}{_FLAGS}",
            ),
        }
        self._compiled = {
            (kind, ranked): [re.compile((_RANK if ranked else place) + form) for form in each]
            for ranked in (False, True)
            for kind, each in forms.items()
        }
        self._aged = re.compile(place + swimmers[0])
        self._withdrawn = [re.compile(rf"{withdrawn}\s+(?:{place})?{form}") for form in swimmers]
        self._may_be_withdrawn = re.compile(withdrawn)
        self._whole = re.compile(rf"{lane}\*?\d{{1,4}}\.?\s+\S.*?(?<![\d:.,]){parted}{_FLAGS}")
        self._empty = re.compile(rf"{lane}\d{{1,2}}\.?(?:\s*[-\u2013\u2014.]+)*")
        self._standard = re.compile(rf"(?:{SWUM})[YLSM]?(?:\s+\S+){{0,4}}")
        self._record = re.compile(
            rf"\D.*?[^\W\d]\)?\s*[:=]\s*[A-Za-z]?(?:{SWUM})[A-Za-z]?\b.*|.*\b(?:{either(words.record)})\b.*",
            re.IGNORECASE,
        )

    def swimmer(self, text: str, columns: Columns | None, *, ranked: bool, may_have_gender: bool) -> Row | None:
        """A row of one swimmer. `may_have_gender` says that `M13` is a gender and an age, not an initial and an age."""
        kind = "swimmer"
        if columns is not None and columns.has_school_year:
            kind = "pupil"
        elif columns is not None and columns.team_before_age:
            kind = "age_late"
        elif columns is not None and not columns.has_age and not columns.has_birth_year:
            kind = "ageless"
        found = _match(self._compiled[kind, ranked], text)
        return None if found is None else self._row(found, may_have_gender=may_have_gender)

    def withdrawn(self, text: str) -> Row | None:
        """`abgem. Last, First 2008 Team 01:31,21`: an entry that was taken back."""
        if not self._may_be_withdrawn.match(text):
            return None
        found = _match(self._withdrawn, text)
        return None if found is None else self._row(found, may_have_gender=False, is_scratched=True)

    def relay(self, text: str, *, ranked: bool) -> Row | None:
        found = _match(self._compiled["relay", ranked], text)
        if found is None:
            return None
        parts = found.groupdict()
        return Row(
            place=_number(parts["place"]),
            team=parts["team"],
            letter=parts.get("letter"),
            seed=parts.get("seed"),
            is_scratched=self._is_scratch(parts.get("seed")),
        )

    def is_whole(self, text: str) -> bool:
        """Whether this has the beginning and the end of a row: a place and a time."""
        return len(text) <= LONGEST and self._whole.fullmatch(text) is not None

    def is_aged(self, text: str) -> bool:
        """Whether this is a whole row of a swimmer with an age or a year."""
        return len(text) <= LONGEST and self._aged.fullmatch(text) is not None

    def is_empty_lane(self, text: str) -> bool:
        return len(text) <= LONGEST and self._empty.fullmatch(text) is not None

    def is_standard(self, text: str) -> bool:
        """Whether this is a time to be reached: `1:20.00 ALL*`."""
        return self._standard.fullmatch(text) is not None

    def is_record(self, text: str) -> bool:
        """Whether this tells of a record; its holder swims nothing here."""
        return self._record.fullmatch(text) is not None

    def _row(self, found: re.Match[str], *, may_have_gender: bool, is_scratched: bool = False) -> Row | None:
        parts = found.groupdict()
        name, number, team, both = parts.get("name"), parts.get("age"), parts.get("team"), parts.get("both")
        seed, gender = parts.get("seed"), None
        if name is not None:
            name = name.strip()
            if may_have_gender and found.string[found.end("name")].isdigit() and (letter := _GENDER.search(name)):
                name, gender = name[: letter.start()].strip(), letter.group()
            name = unmarked(name)
        if number and team and len(number) < 3 and team.split()[0].casefold() in self._months:  # noqa: PLR2004 - a day
            number, team = None, f"{number} {team}"  # a school that is named for a date
        label = name if both is None else both
        if not label or not (label[0].isalpha() or any(map(str.isalpha, label))):
            return None
        place = _number(parts["place"])
        is_scratched = is_scratched or self._is_scratch(seed)
        return Row(place, name, number, team, seed=seed, both=both, gender=gender, is_scratched=is_scratched)

    def _is_scratch(self, seed: str | None) -> bool:
        return seed is not None and seed.upper() in self._scratch


def unmarked(name: str) -> str:
    """A name without the marks that sheets put before and behind it."""
    if "(" not in name and "EXH" not in name:  # most names, and this is asked of each
        return name
    return _MARKS_BEHIND.sub("", _MARKS_BEFORE.sub("", name))


def _match(forms: list[re.Pattern[str]], text: str) -> re.Match[str] | None:
    if len(text) > LONGEST:
        return None
    for form in forms:
        if found := form.fullmatch(text):
            return found
    return None


def _number(text: str | None) -> int | None:
    return None if text is None else int(text)
