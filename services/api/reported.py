from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from services.api.folding import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from schema.extraction import EventStart, Meet


class Reported(NamedTuple):
    """An event as reports have it: when it starts, and when its session's next one does, in seconds of the day."""

    event: EventStart
    start: int
    following: int | None


def by_number(reports: Iterable[Meet]) -> Mapping[str, Sequence[Reported]]:
    """The events of some reports by their numbers, each once, whatever the order of the reports."""
    followings: dict[EventStart, set[int]] = {}
    for report in reports:
        events = [_dated(event, report) for event in report.timeline]
        for place, event in enumerate(events):
            followings.setdefault(event, set()).update(_following(event, events[place + 1 :]))
    found: dict[str, list[Reported]] = {}
    for event in sorted(followings, key=lambda event: event.model_dump_json()):
        reported = Reported(event, _seconds(event), min(followings[event], default=None))
        found.setdefault(event_number(event.event_number), []).append(reported)
    return found


def event_number(text: str | None) -> str:
    """`#05` and `5` alike; blank where there is none."""
    return re.sub(r"\b0+(?=\d)", "", fold(text))


def _dated(event: EventStart, report: Meet) -> EventStart:
    if event.session_date is not None or report.session_date is None:
        return event
    return event.model_copy(update={"session_date": report.session_date})


def _following(event: EventStart, after: Sequence[EventStart]) -> list[int]:
    """The next start, if there is one, by the report's own order, in which the events of a second pool begin anew.

    Only of a session with a name: between two sessions of a day there are hours.
    """
    for other in after:
        same_session = event.session and (event.session, event.session_date) == (other.session, other.session_date)
        if not same_session or other.start < event.start:
            break
        if other.start > event.start:
            return [_seconds(other)]
    return []


def _seconds(event: EventStart) -> int:
    hours, minutes = event.start.split(":")
    return int(hours) * 3600 + int(minutes) * 60
