"""What the words of a round, or of a session's name, say of when something is swum."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING

from services.api.folding import fold

if TYPE_CHECKING:
    from collections.abc import Mapping


class Round(StrEnum):
    """A timed final counts as a final: sheets print it as one."""

    PRELIMS = "prelims"
    SEMIS = "semis"
    SWIM_OFF = "swim-off"
    FINALS = "finals"


#: How words begin that name a round, in the order they are looked for: `Semifinals` is no final.
_BEGINNINGS: Mapping[Round, tuple[str, ...]] = {
    Round.SWIM_OFF: ("swim off", "swimoff", "ausschwimmen", "barrage", "spareggio", "desempate"),
    Round.SEMIS: ("semi", "demi", "halbfinal", "halve fin", "yari fin"),
    Round.PRELIMS: ("prelim", "vorlauf", "vorlaufe", "eliminator", "batteri", "voorronde", "secme"),
    Round.FINALS: ("final", "endlauf", "entscheidung"),
}
#: A heat of this round is printed among the prelims and swum in the finals session: `Finals - Swimming with Finals`.
_WITH_FINALS = "with finals"
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_HALVES = {"am": "early", "morning": "early", "pm": "late", "afternoon": "late", "evening": "late", "night": "late"}
#: What words of a session's name mean, by kinds of which a session has one.
_EXCLUSIVE = ({word: day for day in _WEEKDAYS for word in (day, day[:3])}, _HALVES)
_NUMBER = re.compile(r"\b(?:session|abschnitt|sesion|sessione|sessao|seance|reunion|sessie|seans)\s(\d+)\b")


def round_of(text: str | None) -> Round | None:
    """None for what names no round that is known here."""
    return next(iter(_rounds(text)), None)


def session_round(name: str | None) -> Round | None:
    """The round that a session is for, by its name; None for one of several, and for one of timed finals."""
    rounds = _rounds(name)
    return None if {Round.PRELIMS, Round.FINALS} <= set(rounds) or "timed" in fold(name).split() else round_of(name)


def is_swum_with_finals(round_: str | None) -> bool:
    return _WITH_FINALS in fold(round_)


def sessions_differ(one: str | None, other: str | None) -> bool:
    """Whether two names cannot be those of one session: other numbers, weekdays or halves of the day."""
    names = fold(one), fold(other)
    numbers = [found[1] if (found := _NUMBER.search(name)) else None for name in names]
    if None not in numbers and numbers[0] != numbers[1]:
        return True
    for meanings in _EXCLUSIVE:
        mine, theirs = ({meanings[word] for word in name.split() if word in meanings} for name in names)
        if mine and theirs and not mine & theirs:
            return True
    return False


def _rounds(text: str | None) -> list[Round]:
    words = f" {fold(text)}"
    return [round_ for round_, beginnings in _BEGINNINGS.items() if any(f" {begun}" in words for begun in beginnings)]
