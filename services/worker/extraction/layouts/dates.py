"""Dates as sheets print them: single days and ranges, in words or in figures, in both orders of day and month."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_TO = r"\s*(?:-|\u2013|\u2014|to|thru|through|until|&|and)\s*"
_FIGURES = r"\d{1,2}[/.]\d{1,2}[/.]\d{2,4}|\d{4}-\d{2}-\d{2}|\d{1,2}-[A-Za-z]{3}-\d{2,4}"
_NUMERIC = re.compile(rf"(?<![\d/])(?P<start>{_FIGURES})(?:{_TO}(?P<end>{_FIGURES}))?(?![\d/])", re.IGNORECASE)
_MONTH_FIRST = re.compile(
    rf"\b(?P<month>{_MONTH})\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?"
    rf"(?:{_TO}(?:(?P<month2>{_MONTH})\s+)?(?P<day2>\d{{1,2}})(?:st|nd|rd|th)?)?,?\s+(?P<year>\d{{4}})\b",
    re.IGNORECASE,
)
_DAY_FIRST = re.compile(
    rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?:\s+(?P<month>{_MONTH}))?"
    rf"(?:{_TO}(?P<day2>\d{{1,2}})(?:st|nd|rd|th)?)?\s+(?P<month2>{_MONTH}),?\s+(?P<year>\d{{4}})\b",
    re.IGNORECASE,
)
#: No meet is longer; a wider span means that day and month were taken for each other.
_LONGEST = timedelta(days=31)


@dataclass(frozen=True, slots=True)
class Period:
    """The days of a meet, and where in the text they stand (`at` to `until`, as in a slice)."""

    start: date
    end: date
    at: int
    until: int

    def day_named(self, text: str) -> date | None:
        """The one day of the meet whose weekday the text names; the only day of a meet of one day."""
        if self.start == self.end:
            return self.start
        words = set(re.findall(r"[a-z]+", text.casefold()))
        named = [number for number, name in enumerate(_WEEKDAYS) if not words.isdisjoint({name, name[:3]})]
        days = (self.start + timedelta(days=n) for n in range((self.end - self.start).days + 1))
        fitting = [day for day in days if day.weekday() in named]
        return fitting[0] if len(fitting) == 1 else None


def find_period(text: str) -> Period | None:
    """The first day or range of days in a text; None if there is none that makes sense."""
    if found := _NUMERIC.search(text):
        days = _in_figures(found["start"], found["end"])
    elif found := _MONTH_FIRST.search(text):
        days = _in_words(found, found["month"], found["month2"] or found["month"])
    elif found := _DAY_FIRST.search(text):
        days = _in_words(found, found["month"] or found["month2"], found["month2"])
    if found is None or days is None:
        return None
    return Period(*days, found.start(), found.end())


def _in_figures(start: str, end: str | None) -> tuple[date, date] | None:
    """Month first where both orders make sense, unless only the other one gives a short meet."""
    readings = []
    for day_first in (False, True):
        first = _day(start, day_first=day_first)
        last = _day(end, day_first=day_first) if end else first
        if first and last and timedelta() <= last - first <= _LONGEST:
            readings.append((first, last))
    return min(readings, key=lambda days: days[1] - days[0], default=None)


def _day(text: str, *, day_first: bool) -> date | None:
    parts = re.split(r"[/.-]", text)
    if len(parts[0]) == 4:  # noqa: PLR2004 - ISO 8601 begins with the year
        year, month, day = parts
    elif parts[1].isalpha():
        day, month, year = parts[0], str(_month(parts[1])), parts[2]
    else:
        day, month, year = (parts[0], parts[1], parts[2]) if day_first else (parts[1], parts[0], parts[2])
    return _date(int(year) + (2000 if len(year) == 2 else 0), int(month), int(day))  # noqa: PLR2004 - two figures


def _in_words(found: re.Match[str], month: str, month2: str) -> tuple[date, date] | None:
    year = int(found["year"])
    last = _date(year, _month(month2), int(found["day2"] or found["day"]))
    first = _date(year, _month(month), int(found["day"]))
    if first and last and first > last:
        first = _date(year - 1, first.month, first.day)  # over the New Year
    return (first, last) if first and last and last - first <= _LONGEST else None


def _month(name: str) -> int:
    short = name[:3].casefold()
    return _MONTHS.index(short) + 1 if short in _MONTHS else 0


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
