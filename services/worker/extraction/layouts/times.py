"""What all layouts share about times: swum ones and those on the clock."""

from __future__ import annotations

import re

#: A swum time: `29.66`, `5:53.36`, `1:02:11.54`, with a comma where a country writes one.
SWUM = r"(?:\d{1,2}:)?(?:\d{1,3}:)?\d{1,3}[.,]\d{2}"

_CLOCK = re.compile(r"(?P<hour>\d{1,2})[:.h](?P<minute>[0-5]\d)\s*(?P<half>[AaPp])?\.?[Mm]?\.?")


def clock_time(text: str) -> str | None:
    """`08:27 AM`, `5:12pm` or `17:45` as `HH:MM` on 24 hours; None if it is no time of day."""
    found = _CLOCK.fullmatch(text.strip())
    if found is None:
        return None
    hour, half = int(found["hour"]), (found["half"] or "").upper()
    if half:
        if not 1 <= hour <= 12:  # noqa: PLR2004 - hours of a dial
            return None
        hour = hour % 12 + (12 if half == "P" else 0)
    return f"{hour:02}:{found['minute']}" if hour < 24 else None  # noqa: PLR2004 - hours of a day
