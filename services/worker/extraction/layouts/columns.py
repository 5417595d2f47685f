"""The words above the rows, which say what stands where."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from services.worker.extraction.layouts.words import Words

_TOKEN = re.compile(r"[^\s./#:,]+")
#: Narrow columns run so many words together: `AgeTeam`.
_MOST_RUN_TOGETHER = 3
#: Of words that fit several, the later one counts.
_KINDS = ("column", "seed", "rank", "team", "school_year", "name", "age", "birth", "lane", "relay")


@dataclass(frozen=True, slots=True)
class Columns:
    """Without a lane the rows are a ranked list, not yet seeded."""

    has_lane: bool
    is_relay: bool
    has_age: bool
    has_school_year: bool
    has_birth_year: bool
    team_before_age: bool


class ColumnHeads:
    """Knows the heads of columns in the words of one language."""

    def __init__(self, words: Words) -> None:
        self._kinds = {word: kind for kind in _KINDS for text in getattr(words, kind) for word in _TOKEN.findall(text)}

    def read(self, text: str) -> Columns | None:
        """The heads of the columns, if this line is made of nothing else."""
        kinds: list[str] = []
        for token in _TOKEN.findall(text.casefold()):
            found = self._kinds_in(token)
            if not found:
                return None
            kinds += found
        known = set(kinds)
        if len(kinds) < 2 and "birth" not in known:  # noqa: PLR2004 - a word by itself is no row of heads
            return None
        age = next((at for at, kind in enumerate(kinds) if kind in {"age", "birth", "school_year"}), None)
        return Columns(
            has_lane="lane" in known,
            is_relay="relay" in known and "name" not in known,
            has_age="age" in known,
            has_school_year="school_year" in known and known.isdisjoint({"age", "birth"}),
            has_birth_year="birth" in known,
            team_before_age=age is not None and "team" in kinds[:age],
        )

    def _kinds_in(self, token: str) -> list[str]:
        """What a word heads, or the words that are run together in it; nothing for any other word."""
        if kind := self._kinds.get(token):
            return [kind]
        for at in range(len(token) - 2, 2, -1):  # shorter words are not run together
            if (kind := self._kinds.get(token[:at])) and (rest := self._kinds_in(token[at:])):
                return [kind, *rest] if len(rest) < _MOST_RUN_TOGETHER else []
        return []
