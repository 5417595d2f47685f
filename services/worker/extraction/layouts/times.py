"""What all layouts share about times: swum ones and those on the clock."""

from __future__ import annotations

import re

#: A swum time: `29.66`, `5:53.36`, `1:02:11.54`, with a comma or with minute signs where a country writes them.
SWUM = (
    r"(?:(?:\d{1,2}:)?(?:\d{1,3}:)?\d{1,3}[.,]\d{2}"
    r"|\d{1,2}['\u2019\u2032]\d{2}(?:[\"\u201d\u2033.,]|''|\u2019\u2019)\d{2})"
)
#: A time of day, in 12 or 24 hours.
CLOCK = r"\d{1,2}[:.hH][0-5]\d(?!\d)\s*(?:[AaPp]\.?[Mm]\b\.?)?"

_CLOCK = re.compile(r"(?P<hour>\d{1,2})[:.hH](?P<minute>[0-5]\d)\s*(?P<half>[AaPp])?\.?[Mm]?\.?")
_FIGURES = re.compile(r"\d+")


def clock_time(text: str) -> str | None:
    """`08:27 AM`, `5:12pm`, `9h30` or `17:45` as `HH:MM` on 24 hours; None if it is no time of day."""
    found = _CLOCK.fullmatch(text.strip())
    if found is None:
        return None
    hour, half = int(found["hour"]), (found["half"] or "").upper()
    if half:
        if not 1 <= hour <= 12:  # noqa: PLR2004 - hours of a dial
            return None
        hour = hour % 12 + (12 if half == "P" else 0)
    return f"{hour:02}:{found['minute']}" if hour < 24 else None  # noqa: PLR2004 - hours of a day


def swum_seconds(text: str | None) -> float | None:
    """How long a printed time is, in seconds; None for no time, also where it is printed as `00:00,00`."""
    figures = _FIGURES.findall(text or "")
    if len(figures) < 2:  # noqa: PLR2004 - seconds and hundredths at least
        return None
    seconds = 0.0
    for figure in figures[:-1]:
        seconds = seconds * 60 + int(figure)
    return seconds + int(figures[-1]) / 10 ** len(figures[-1]) or None
