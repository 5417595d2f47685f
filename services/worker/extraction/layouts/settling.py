"""What rows leave open, and what the whole sheet says to it."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

from services.worker.extraction.layouts import teams
from services.worker.extraction.layouts.rows import unmarked

if TYPE_CHECKING:
    from services.worker.extraction.layouts.draft import Draft
    from services.worker.extraction.layouts.rows import Row
    from services.worker.extraction.lines import Line

#: Who swims was born in these hundred years, as far as two figures tell.
_PIVOT = 40
_NUMBER = re.compile(r"\d+")
_PADDED = re.compile(r"0\d")


def whole_year(number: int) -> int:
    """A year of two figures with its century."""
    if number > 99:  # noqa: PLR2004 - it has one
        return number
    return number + (2000 if number <= _PIVOT else 1900)


class OpenQuestions:
    """Rows are noted by their place among the drafts; `settle` answers once all are there."""

    def __init__(self) -> None:
        self._numbers: dict[int, str] = {}
        self._undecided: dict[int, tuple[str, Line]] = {}
        #: The letters before the ages of each mixed event; an empty text where there is none.
        self._genders: dict[tuple[str | None, str], dict[int, str]] = defaultdict(dict)

    def note(self, at: int, row: Row, line: Line, mixed: tuple[str | None, str] | None) -> None:
        """Note what is open of this row; `mixed` is its event where that may print genders before ages."""
        if row.both is not None:
            self._undecided[at] = (row.both, line)
        if row.number is not None:
            self._numbers[at] = row.number
            if mixed is not None:
                self._genders[mixed][at] = row.gender or ""

    def settle(self, drafts: list[Draft]) -> list[Line]:
        """Write the answers into the drafts; gives the lines that nothing answers."""
        self._settle_genders(drafts)
        self._settle_years(drafts)
        decided = [draft for at, draft in enumerate(drafts) if at not in self._undecided]
        known: set[str] = {draft["team"] for draft in decided if draft["team"]}
        names: list[str] = [draft["swimmer_name"] for draft in decided if draft["swimmer_name"]]
        self._give_numbers_back(drafts, known, names)
        settled = teams.settle([both for both, _ in self._undecided.values()], names, known)
        unclear = []
        for (at, (both, line)), found in zip(self._undecided.items(), settled, strict=True):
            if found is None:
                unclear.append(line)
            name, team = found or (both, None)
            drafts[at].update(swimmer_name=unmarked(name), team=team)
        return unclear

    def _settle_genders(self, drafts: list[Draft]) -> None:
        """A letter before an age is an initial where others of the event have none there."""
        for letters in self._genders.values():
            for at, letter in letters.items() if "" in letters.values() else ():
                drafts[at]["swimmer_name"] = f"{drafts[at]['swimmer_name']} {letter}".strip()

    def _settle_years(self, drafts: list[Draft]) -> None:
        """A number with a zero before it is no age; where one row prints such a year, all of its kind do."""
        if not any(_PADDED.fullmatch(number) for number in self._numbers.values()):
            return
        for at, number in self._numbers.items():
            if drafts[at]["age"] is not None:
                drafts[at].update(age=None, birth_year=whole_year(int(number)))

    def _give_numbers_back(self, drafts: list[Draft], known: set[str], names: list[str]) -> None:
        """A number may belong to the team's name, and the age be missing: `SV 1919 Seeheim`, `Port Talleth 1927`."""
        numbered = [team for team in known if any(map(str.isdigit, team))]
        in_teams = {number for team in numbered for number in _NUMBER.findall(team)}
        for at, number in self._numbers.items():
            draft = drafts[at]
            if draft["team"] and number not in in_teams:
                continue
            whole = " ".join(filter(None, (draft["swimmer_name"], number, draft["team"])))
            name, team = teams.longest(whole, numbered) or (None, None)
            if team is None and draft["team"] is None and known:
                name, team = teams.settle([whole], names, known)[0] or (None, None)
            if name and team and len(team) > len(draft["team"] or ""):
                draft.update(swimmer_name=name, age=None, birth_year=None, team=team)
