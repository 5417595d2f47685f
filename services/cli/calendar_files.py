from __future__ import annotations

import re
from typing import TYPE_CHECKING
from zoneinfo import available_timezones

from schema.requests import ALARMS
from services.cli.failures import Unusable
from services.client.calls import CalendarWishes
from services.worker.extraction.names import normalize

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

#: Of a name of 255; a file system takes about as many bytes in all.
LONGEST_PART = 60


def wishes(alarm: int | None, zone: str | None) -> CalendarWishes:
    """What the calendars are to be like. Raises Unusable, now: at the end of a batch is late for that."""
    if alarm is not None and alarm not in ALARMS:
        raise Unusable("--alarm is 5, 10 or 15, minutes before each swim; leave it out for none")
    if zone is not None and zone not in available_timezones():
        raise Unusable(f"--tz: there is no time zone {zone}; name the pool's as Europe/Berlin or America/New_York")
    return CalendarWishes(alarm, zone)


def one_each(file: Path, swimmers: Sequence[str]) -> list[Path]:
    """Where the calendar of each swimmer goes: to `file`, with the swimmer's name in its own where there are several.

    A calendar program shows a file as one calendar, so that each child has a colour, and can be shared alone.
    """
    if len(swimmers) == 1:
        return [file]
    paths: list[Path] = []
    for number, swimmer in enumerate(swimmers, start=1):
        part = "-".join(re.findall(r"[^\W_]+", normalize(swimmer)))[:LONGEST_PART].strip("-") or str(number)
        path = file.with_name(f"{file.stem}-{part}{file.suffix}")
        paths.append(path if path not in paths else file.with_name(f"{file.stem}-{part}-{number}{file.suffix}"))
    return paths
