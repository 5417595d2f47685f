"""Where a name ends and a team begins, in rows that print no age between them: the whole sheet tells."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

#: A mark of the entry, which stands before the team where it is not before the name.
_MARK = re.compile(r"\([A-Z][a-z]\)")
#: A team is believed to begin at a word when at least so many swimmers share all that follows,
_SHARED = 2
#: and more than this part of those who share all but the first word of it.
_MOST = 0.5


def settle(texts: Sequence[str], names: Sequence[str], known: Collection[str]) -> list[tuple[str, str | None] | None]:
    """The name and the team in each text; None where nothing tells.

    By the longest team among the `known` ones that the text ends in; else by what many of the texts end in; else by
    the form of the name: `Surname, Given M` where most of the other `names` have a comma, or a surname in capitals.
    """
    have_commas = 2 * sum("," in name for name in names or texts) > len(names or texts)
    words = [tuple(text.split()) for text in texts]
    teams = {tuple(team.split()) for team in known}
    firsts = [_shortest_name(each, have_commas=have_commas) for each in words]
    swimmers = _swimmers(words, firsts)
    return [
        _split(each, first, teams, swimmers, have_commas=have_commas) for each, first in zip(words, firsts, strict=True)
    ]


def longest(text: str, known: Iterable[str]) -> tuple[str, str] | None:
    """The name and the longest of the `known` teams that the text ends in, with a name before it."""
    fitting = [team for team in known if text.endswith(f" {team}")]
    team = max(fitting, key=len, default=None)
    if team is None:
        return None
    name = text.removesuffix(team).split()
    mark = name.pop() if len(name) > 1 and _MARK.fullmatch(name[-1]) else ""
    return " ".join(name), f"{mark} {team}".strip()


def _swimmers(texts: Sequence[tuple[str, ...]], firsts: Sequence[int]) -> dict[tuple[str, ...], set[tuple[str, ...]]]:
    """For every run of words that a text ends in: what stands before it."""
    found: dict[tuple[str, ...], set[tuple[str, ...]]] = defaultdict(set)
    for words, first in zip(texts, firsts, strict=True):
        for at in range(first, len(words)):
            found[words[at:]].add(words[:at])
    return found


def _split(
    words: tuple[str, ...],
    first: int,
    teams: Collection[tuple[str, ...]],
    swimmers: dict[tuple[str, ...], set[tuple[str, ...]]],
    *,
    have_commas: bool,
) -> tuple[str, str | None] | None:
    at = next((at for at in range(first, len(words)) if words[at:] in teams), None)
    if at is None:
        at = next((at for at in range(first, len(words)) if _is_shared(words[at:], swimmers)), None)
    if at is None:
        at = _end_of_name(words, first, have_commas=have_commas)
    if at is None:
        return None
    if at and _MARK.fullmatch(words[at - 1]):
        at -= 1
    return " ".join(words[:at]), " ".join(words[at:]) or None


def _is_shared(team: tuple[str, ...], swimmers: dict[tuple[str, ...], set[tuple[str, ...]]]) -> bool:
    """Whether so many end in this that it is a team, and no part of a name before one."""
    count = len(swimmers[team])
    return count >= _SHARED and (len(team) == 1 or count > _MOST * len(swimmers[team[1:]]))


def _shortest_name(words: tuple[str, ...], *, have_commas: bool) -> int:
    """How many words a name has at least: a surname with its comma, and one given name."""
    comma = next((at for at, word in enumerate(words) if word.endswith(",")), None) if have_commas else None
    return min(len(words), 2 if comma is None else comma + 2)


def _end_of_name(words: tuple[str, ...], first: int, *, have_commas: bool) -> int | None:
    if have_commas and any(word.endswith(",") for word in words[:-1]):
        at = first
        while at < len(words) and len(words[at].rstrip(".")) == 1:  # initials
            at += 1
        return at
    capitals = [at for at, word in enumerate(words) if len(word) > 1 and word.isupper()]
    if not capitals:
        return None
    last = capitals[0]
    while last + 1 in capitals:
        last += 1
    if capitals[0] == 0 and last + 1 < len(words):  # the surname first, then a given name; or all in capitals
        return max(first, last + 1 if last else 2)
    return last + 1
