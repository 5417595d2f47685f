from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from services.api.folding import fold
from services.api.meets import period
from services.api.rounds import Round, is_swum_with_finals, round_of, session_round, sessions_differ

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    from schema.extraction import EventStart, SwimEntry
    from schema.views import ResultView


class Match(NamedTuple):
    """The event of a report that a swim is of. `is_whole` unless the report spreads its heats over several sessions."""

    event: EventStart
    is_whole: bool


def match(sheet: ResultView, swim: SwimEntry, events: Sequence[EventStart]) -> Match | None:
    """The one event that a swim can be of, by number, round, day and session; None where none fits, or several do."""
    number = event_number(swim.event_number)
    of_number = [event for event in events if number and event_number(event.event_number) == number]
    fitting = [
        event
        for event in of_number
        if _day_fits(sheet, swim, event.session_date) and _session_fits(swim, event) and _round_fits(swim, event)
    ]
    agreements: tuple[Callable[[EventStart], bool], ...] = (
        lambda event: round_of(event.round) is round_of(swim.round),
        lambda event: event.session_date == (swim.session_date or sheet.session_date),
        lambda event: fold(event.session) == fold(swim.session),
    )
    for agrees in agreements:
        fitting = [event for event in fitting if agrees(event)] or fitting
    starts, days = {event.start for event in fitting}, {event.session_date for event in fitting} - {None}
    if len(starts) != 1 or len(days) > 1:
        return None
    event = next((event for event in fitting if event.session_date is not None), fitting[0])
    parts = {other.start for other in of_number if round_of(other.round) is round_of(event.round)}
    return Match(event, is_whole=len(parts) == 1 or event.heats == swim.heat_count)


def event_number(text: str | None) -> str:
    """`#05` and `5` alike; blank where there is none."""
    return re.sub(r"\b0+(?=\d)", "", fold(text))


def _day_fits(sheet: ResultView, swim: SwimEntry, reported: date | None) -> bool:
    if reported is None:
        return True
    day, days = swim.session_date or sheet.session_date, period(sheet)
    return day == reported if day is not None else days is None or days[0] <= reported <= days[1]


def _session_fits(swim: SwimEntry, event: EventStart) -> bool:
    reported, printed = session_round(event.session), session_round(swim.session)
    if is_swum_with_finals(swim.round):
        return reported is Round.FINALS  # whatever session it is printed in
    if sessions_differ(swim.session, event.session):
        return False
    return reported is None or printed is None or reported is printed


def _round_fits(swim: SwimEntry, event: EventStart) -> bool:
    """Never is a preliminary heat given the time of a final. A final in a prelims session is a timed one."""
    printed, reported = round_of(swim.round), round_of(event.round)
    at, home = session_round(event.session), session_round(swim.session)
    if printed is not None and reported is not None:
        return printed is reported
    if printed is not None:
        return at in (None, printed) or (printed is Round.FINALS and at is home)
    if at is Round.FINALS:
        return home is Round.FINALS
    timed_final = reported is Round.FINALS and at is not None
    return timed_final or None in (home, reported or at) or home is (reported or at)
