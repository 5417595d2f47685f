"""Dates as sheets print them: single days and ranges, in words or in figures, in both orders of day and month."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from services.worker.extraction.layouts.words import either, languages

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def _places(table: str) -> dict[str, int]:
    """The words of all languages with their places in their tables, also cut to 3 or 4 letters where that is clear."""
    meant: dict[str, set[int]] = defaultdict(set)
    for words in languages():
        for place, word in enumerate(getattr(words, table)):
            for length in (3, 4, len(word)):
                meant[word[:length]].add(place)
    return {word: next(iter(places)) for word, places in meant.items() if len(places) == 1}


_MONTHS = _places("months")
_WEEKDAYS = _places("weekdays")
_MONTH = rf"(?:{either(sorted(_MONTHS, key=len, reverse=True))})(?![^\W\d_])\.?"
_JOINING = either(sorted({word for words in languages() for word in words.to}, key=len, reverse=True))
_TO = rf"\s*(?:[-\u2013\u2014&/]|(?:{_JOINING})\b)\s*"
_NTH = r"(?:st|nd|rd|th|er|º|°|\.)?"
_OF = r"\s*(?:del?\s+|of\s+)?"
_FIGURES = r"\d{1,2}[/.]\d{1,2}[/.]\d{2,4}|\d{4}-\d{2}-\d{2}|\d{1,2}-[A-Za-z]{3}-\d{2,4}|\d{1,2}-\d{1,2}-\d{4}"
_NUMERIC = re.compile(rf"(?<![\d/.])(?P<start>{_FIGURES})(?:{_TO}(?P<end>{_FIGURES}))?(?![\d/])", re.IGNORECASE)
#: `12. - 13.3.2026`, `25.2. - 2.3.2026`, `12/13.03.2026`: what both days share is printed once.
_SHARED = re.compile(
    rf"(?<![\d/.])(?P<day>\d{{1,2}})(?:\.|\.(?P<month>\d{{1,2}})\.?)?{_TO}"
    r"(?P<day2>\d{1,2})\.\s?(?P<month2>\d{1,2})\.\s?(?P<year>\d{4})(?!\d)",
    re.IGNORECASE,
)
_MONTH_FIRST = re.compile(
    rf"\b(?P<month>{_MONTH})\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?"
    rf"(?:{_TO}(?:(?P<month2>{_MONTH})\s+)?(?P<day2>\d{{1,2}})(?:st|nd|rd|th)?)?,?\s+(?P<year>\d{{4}})\b",
    re.IGNORECASE,
)
_DAY_FIRST = re.compile(
    rf"\b(?P<day>\d{{1,2}}){_NTH}(?:{_OF}\s*(?P<month>{_MONTH}))?"
    rf"(?:{_TO}(?P<day2>\d{{1,2}}){_NTH})?{_OF}\s*(?P<month2>{_MONTH}),?{_OF}\s*(?P<year>\d{{4}})\b",
    re.IGNORECASE,
)
_SLASHED = re.compile(r"(?<![\d/])(\d{1,2})/(\d{1,2})/(\d{4})(?![\d/])")
_WORD = re.compile(r"[^\W\d_]+")
#: No meet is longer; a wider span means that day and month were taken for each other.
_LONGEST = timedelta(days=31)
_LAST_MONTH = 12


@dataclass(frozen=True, slots=True)
class Period:
    """The days of a meet, and where in the text they stand (`at` to `until`, as in a slice)."""

    start: date
    end: date
    at: int = 0
    until: int = 0

    def day_named(self, text: str) -> date | None:
        """The one day of the meet whose weekday the text names; the only day of a meet of one day."""
        if self.start == self.end:
            return self.start
        named = {_WEEKDAYS[word] for word in _WORD.findall(text.casefold()) if word in _WEEKDAYS}
        days = (self.start + timedelta(days=n) for n in range((self.end - self.start).days + 1))
        fitting = [day for day in days if day.weekday() in named]
        return fitting[0] if len(fitting) == 1 else None


def is_day_first(texts: Sequence[str], *, otherwise: bool) -> bool:
    """Whether `7/6/2026` means 7 June here.

    Dates that can mean one thing only decide; then the order in which most dates fall into a range of days that stands
    among them; then the habit of the language.
    """
    pairs = [(int(one), int(two), int(year)) for text in texts for one, two, year in _SLASHED.findall(text)]
    first = sum(one > _LAST_MONTH for one, _, _ in pairs)
    second = sum(two > _LAST_MONTH for _, two, _ in pairs)
    if first == second:
        periods = {(p.start, p.end) for text in texts if "/" not in text and (p := find_period(text))}
        first, second = (
            sum(start <= day <= end for day in _days(pairs, day_first=order) for start, end in periods)
            for order in (True, False)
        )
    return first > second if first != second else otherwise


def _days(pairs: Iterable[tuple[int, int, int]], *, day_first: bool) -> list[date]:
    days = (_date(year, *((two, one) if day_first else (one, two))) for one, two, year in pairs)
    return [day for day in days if day is not None]


@lru_cache(4096)  # the heads of pages repeat
def find_period(text: str, *, day_first: bool = False) -> Period | None:
    """The first day or range of days in a text; None if there is none that makes sense."""
    for form, read in (
        (_SHARED, _shared),
        (_NUMERIC, lambda found: _in_figures(found["start"], found["end"], day_first=day_first)),
        (_MONTH_FIRST, lambda found: _in_words(found, found["month"], found["month2"] or found["month"])),
        (_DAY_FIRST, lambda found: _in_words(found, found["month"] or found["month2"], found["month2"])),
    ):
        found = form.search(text)
        if found is not None and (days := read(found)) is not None:
            return Period(*days, found.start(), found.end())
    return None


def _shared(found: re.Match[str]) -> tuple[date, date] | None:
    year, last_month = int(found["year"]), int(found["month2"])
    first = _date(year, int(found["month"] or last_month), int(found["day"]))
    return _span(first, _date(year, last_month, int(found["day2"])))


def _in_figures(start: str, end: str | None, *, day_first: bool) -> tuple[date, date] | None:
    """By the habit where both orders make sense, unless only the other one gives a short meet."""
    readings = []
    for order in (day_first, not day_first):
        first = _day(start, day_first=order)
        last = _day(end, day_first=order) if end else first
        if first and last and timedelta() <= last - first <= _LONGEST:
            readings.append((first, last))
    return min(readings, key=lambda days: days[1] - days[0], default=None)


def _day(text: str, *, day_first: bool) -> date | None:
    parts = re.split(r"[/.-]", text)
    if len(parts[0]) == 4:  # noqa: PLR2004 - ISO 8601 begins with the year
        year, month, day = parts
    elif parts[1].isalpha():
        day, month, year = parts[0], str(_month(parts[1])), parts[2]
    elif day_first or "." in text:  # nobody writes a month first with dots
        day, month, year = parts
    else:
        month, day, year = parts
    return _date(int(year) + (2000 if len(year) == 2 else 0), int(month), int(day))  # noqa: PLR2004 - two figures


def _in_words(found: re.Match[str], month: str, month2: str) -> tuple[date, date] | None:
    year = int(found["year"])
    last = _date(year, _month(month2), int(found["day2"] or found["day"]))
    return _span(_date(year, _month(month), int(found["day"])), last)


def _span(first: date | None, last: date | None) -> tuple[date, date] | None:
    if first and last and first > last:
        first = _date(first.year - 1, first.month, first.day)  # over the New Year
    return (first, last) if first and last and last - first <= _LONGEST else None


def _month(name: str) -> int:
    """1 to 12; 0 for no month."""
    return _MONTHS.get(name.casefold().rstrip("."), -1) + 1


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
