from __future__ import annotations

from typing import TYPE_CHECKING

from rapidfuzz import fuzz, process

from services.api.folding import fold

if TYPE_CHECKING:
    from datetime import date

    from schema.extraction import Meet

#: Of 100, for names without their numbers; reports shorten `Championships`, and leave out who is the host.
NEAR_ENOUGH = 85
#: Of 100; `senior` and `junior` have 67, `east` and `west` 75.
SAME_WORD = 80


def same_meet(one: Meet, other: Meet) -> bool:
    """Whether two sheets are of one meet: by their names, and by their days alone where a name is missing.

    Names may differ a little, but not in a number that both have, and never are meets the same that share no day.
    """
    days = _share_days(one, other)
    if days is False:
        return False
    names = fold(one.meet_name), fold(other.meet_name)
    return _near(*names) if all(names) else days is True


def period(meet: Meet) -> tuple[date, date] | None:
    """The first and the last day that a sheet names for the whole meet or for itself; None where it names none."""
    days = [day for day in (meet.meet_date_start, meet.meet_date_end, meet.session_date) if day is not None]
    days += [event.session_date for event in meet.timeline if event.session_date is not None]
    return (min(days), max(days)) if days else None


def _share_days(one: Meet, other: Meet) -> bool | None:
    """None where one of them names no day."""
    mine, theirs = period(one), period(other)
    if mine is None or theirs is None:
        return None
    return mine[0] <= theirs[1] and theirs[0] <= mine[1]


def _near(one: str, other: str) -> bool:
    if one == other:
        return True
    numbers = [{word for word in name.split() if word.isdigit()} for name in (one, other)]
    if all(numbers) and numbers[0] != numbers[1]:
        return False  # `Winter Cup 1` and `Winter Cup 2`, `Spring Open 2025` and `Spring Open 2026`
    words = [[word for word in name.split() if not word.isdigit()] for name in (one, other)]
    if _own(words[0], words[1]) and _own(words[1], words[0]):
        return False  # `Junior Championships` and `Senior Championships`
    return fuzz.token_sort_ratio(*map(" ".join, words)) >= NEAR_ENOUGH


def _own(words: list[str], others: list[str]) -> bool:
    """Whether one of the words is like none of the others."""
    return any(not process.extractOne(word, others, scorer=fuzz.ratio, score_cutoff=SAME_WORD) for word in words)
