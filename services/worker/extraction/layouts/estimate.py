"""Starts of heats that a sheet does not print, from those that it does and from how long the heats are in the water."""

from __future__ import annotations

import re
from itertools import groupby
from statistics import fmean
from typing import TYPE_CHECKING

from services.worker.extraction.layouts.times import swum_seconds

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from services.worker.extraction.layouts.draft import Draft, Heat, Plan

    Plans = Mapping[tuple[str | None, str], Plan]

#: From the last touch to the next start, where a sheet says nothing of it.
INTERVAL_SECONDS = 30
_DAY_SECONDS = 24 * 60 * 60
#: Events whose numbers are further apart do not follow each other.
_NEXT = 2
_FIGURES = re.compile(r"\d+")


def estimate(
    drafts: list[Draft], heats: Iterable[Heat], plans: Plans, session_starts: Mapping[str | None, str]
) -> None:
    """Write into the drafts `swum_before_seconds`, and starts where one of a heat, an event or the session is known.

    An event may be held in parts: only its first part follows its planned start, and nothing counts as swum before a
    later one.
    """
    runs = [list(run) for _, run in groupby(heats, key=lambda heat: (heat.session, heat.event))]
    begun: set[tuple[str | None, str | None]] = set()
    clock: float | None = None
    for number, run in enumerate(runs):
        session, event = run[0].session, run[0].event
        if number == 0 or runs[number - 1][0].session != session:
            clock = _seconds(session_starts.get(session))
        elif _are_apart(runs[number - 1][0].event, event):
            clock = None
        is_first = (session, event) not in begun
        begun.add((session, event))
        planned = _planned(run[0], plans) if is_first else None
        following = runs[number + 1][0] if number + 1 < len(runs) else None
        until = _planned(following, plans) if following and following.session == session else None
        lasting = _lasting(run, drafts)
        pace = _pace(lasting, planned, until)
        if lasting and is_first and run[0].number == 1:
            _tell_swum(run, lasting, drafts)
        steps = [(seconds + INTERVAL_SECONDS) * pace for seconds in lasting]
        clock = _tell_starts(run, steps, planned if planned is not None else clock, drafts)
        if planned is not None:  # the first heat starts as the event does
            _mark(run[0], drafts, is_estimated=False)


def _are_apart(event: str | None, following: str | None) -> bool:
    """Whether other events may be swum between these two; girls' and boys' numbers often take turns."""
    numbers = [_FIGURES.match(number or "") for number in (event, following)]
    first, second = (int(found.group()) if found else 0 for found in numbers)
    return not 0 <= second - first <= _NEXT


def _lasting(run: Sequence[Heat], drafts: Sequence[Draft]) -> list[float]:
    """Seconds of each heat in the water, by its slowest seed; without seeds as the others. Empty where none has any."""
    slowest = [max((swum_seconds(drafts[at]["seed_time"]) or 0 for at in heat.at), default=0) for heat in run]
    known = [seconds for seconds in slowest if seconds]
    return [seconds or fmean(known) for seconds in slowest] if known else []


def _tell_swum(run: Sequence[Heat], lasting: Sequence[float], drafts: Sequence[Draft]) -> None:
    before = 0.0
    for heat, seconds in zip(run, lasting, strict=True):
        for at in heat.at:
            drafts[at]["swum_before_seconds"] = round(before)
        before += seconds


def _tell_starts(
    run: Sequence[Heat], steps: Sequence[float], clock: float | None, drafts: Sequence[Draft]
) -> float | None:
    """Give the heats of one event their starts, `steps` seconds from each to the next; gives the time after them."""
    for number, heat in enumerate(run):
        printed = _seconds(heat.start)
        clock = printed if printed is not None else clock
        if printed is None and clock is not None and clock < _DAY_SECONDS:
            minutes = int(clock) // 60
            for at in heat.at:
                drafts[at]["heat_start_time"] = f"{minutes // 60:02}:{minutes % 60:02}"
            _mark(heat, drafts, is_estimated=True)
        clock = clock + steps[number] if clock is not None and steps else None
    return clock


def _mark(heat: Heat, drafts: Sequence[Draft], *, is_estimated: bool) -> None:
    for at in heat.at:
        drafts[at]["heat_start_estimated"] = is_estimated


def _pace(lasting: Sequence[float], planned: float | None, until: float | None) -> float:
    """Below 1 where the next event is planned to start before the heats could be over."""
    needed = sum(lasting) + INTERVAL_SECONDS * len(lasting)
    if planned is None or until is None or not 0 < until - planned < needed:
        return 1
    return (until - planned) / needed


def _planned(heat: Heat, plans: Plans) -> float | None:
    plan = plans.get((heat.session, heat.event or ""))
    return _seconds(heat.start or (plan.start if plan else None))


def _seconds(clock: str | None) -> float | None:
    if clock is None:
        return None
    hour, minute = clock.split(":")
    return (int(hour) * 60 + int(minute)) * 60
