from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from schema.extraction import Kind, TeamSwims, Warning  # noqa: A004 - as in its home
from services.worker.extraction.kept import legs
from services.worker.extraction.names import normalize
from services.worker.extraction.search import swim_entry
from services.worker.extraction.sheet_warnings import about_sheet, may_lack

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from schema.extraction import SheetEntry, SwimEntry
    from services.worker.extraction.kept import KeptSheet

#: The committee that a club of the United States belongs to: `LASC-CA`.
_COMMITTEE = re.compile(r"(?<=\w)-[A-Z]{2}$")
#: Which of a team's relays: `LASC-CA B`, `SG Dresden 2`.
_WHICH_RELAY = re.compile(r"\s+(?:[A-Z]|\d{1,2})$", re.IGNORECASE)
#: Some sheets print no more than so many characters of a team.
_CUT_AT = 16
_NEAR_TEAMS = 5
#: Of 100; codes are short, so one wrong letter counts for much.
_NEAR_ENOUGH = 60


class _Printed(NamedTuple):
    """A team as entries print it."""

    text: str
    is_relay: bool

    @property
    def name(self) -> str:
        """Without the letter of a relay."""
        return _WHICH_RELAY.sub("", self.text) if self.is_relay else self.text


def find_team(kept: KeptSheet, team: str) -> TeamSwims:
    """The swims of the team with this code or name. Raises Damaged.

    Case, marks and blanks do not matter, nor the letter of a relay. Where nobody has just this name, one without its
    committee (`LASC`) finds all teams that have it (`LASC-CA`), and a whole name one that the sheet cuts off.
    """
    sheet = kept.sheet()
    printed = {_printed(entry): None for entry in sheet.entries if entry.team}
    chosen = _matching(printed, team)
    warnings = list(about_sheet(kept, lambda line: _key(team) in _key(line)))
    if len(names := sorted({one.name for one in chosen})) > 1 and len(set(map(_key, names))) > 1:
        warnings.append(
            Warning(
                code="several_teams",
                message=f"Several teams are called {team}; the swims of all are here: {'; '.join(names)}.",
                names=tuple(names),
            )
        )
    elif not chosen and may_lack(kept):
        warnings.append(_not_found(printed, team))
    return TeamSwims(
        **dict(kept.meet),
        team=team,
        events=tuple(swim for entry in sheet.entries if _printed(entry) in chosen for swim in _swims(entry)),
        warnings=tuple(warnings),
    )


def _printed(entry: SheetEntry) -> _Printed:
    return _Printed(entry.team or "", entry.kind is Kind.RELAY)


def _key(team: str) -> str:
    return normalize(team.replace(",", " ")).replace(" ", "")


def _matching(printed: Iterable[_Printed], team: str) -> set[_Printed]:
    """The teams that this may be, by the first of three readings that any fits."""
    teams, wanted = list(printed), {_key(team)}
    if not any(_key(one.text) in wanted for one in teams if not one.is_relay):
        wanted.add(_key(_WHICH_RELAY.sub("", team)))
    return (
        {one for one in teams if not wanted.isdisjoint((_key(one.text), _key(one.name)))}
        or {one for one in teams if _key(_COMMITTEE.sub("", one.name)) in wanted}
        or {one for one in teams if len(one.name) >= _CUT_AT and _key(team).startswith(_key(one.name))}
    )


def _swims(entry: SheetEntry) -> Iterator[SwimEntry]:
    if not any(entry.legs):
        yield swim_entry(entry, entry.swimmer_name, None)
    for leg, name in legs(entry):
        yield swim_entry(entry, name, leg)


def _not_found(printed: Iterable[_Printed], team: str) -> Warning:
    from rapidfuzz import fuzz, process  # noqa: PLC0415 - as in Index.near

    names = sorted({one.name for one in printed})
    near = {
        names[place // 2]: None
        for _, _, place in process.extract(
            normalize(team),
            [key for name in names for key in (normalize(name), normalize(_COMMITTEE.sub("", name)))],
            scorer=fuzz.WRatio,
            limit=2 * _NEAR_TEAMS,
            score_cutoff=_NEAR_ENOUGH,
        )
    }
    return Warning(
        code="team_not_found",
        message=f"No team {team} is in this sheet." + (" Near names are listed." if near else ""),
        names=tuple(near)[:_NEAR_TEAMS],
    )
