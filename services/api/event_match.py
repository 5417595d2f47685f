from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from services.api.folding import fold
from services.api.meets import period
from services.api.rounds import Round, is_swum_with_finals, round_of, session_round, sessions_differ

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    from schema.extraction import EventStart, SwimEntry
    from schema.views import ResultView
    from services.api.reported import Reported


class Match(NamedTuple):
    """The event of a report that a swim is of. `is_whole` unless the report spreads its heats over several sessions."""

    reported: Reported
    is_whole: bool


def match(sheet: ResultView, swim: SwimEntry, of_number: Sequence[Reported]) -> Match | None:
    """The one event of its number that a swim can be of, by round, day and session; None for none, or for several."""
    fitting = [
        one
        for one in of_number
        if _day_fits(sheet, swim, one.event.session_date)
        and _session_fits(swim, one.event)
        and _round_fits(swim, one.event)
    ]
    agreements: tuple[Callable[[EventStart], bool], ...] = (
        lambda event: round_of(event.round) is round_of(swim.round),
        lambda event: event.session_date == (swim.session_date or sheet.session_date),
        lambda event: fold(event.session) == fold(swim.session),
    )
    for agrees in agreements:
        fitting = [one for one in fitting if agrees(one.event)] or fitting
    starts, days = {one.start for one in fitting}, {one.event.session_date for one in fitting} - {None}
    if len(starts) != 1 or len(days) > 1:
        return None
    found = next((one for one in fitting if one.event.session_date is not None), fitting[0])
    parts = {other.start for other in of_number if round_of(other.event.round) is round_of(found.event.round)}
    return Match(found, is_whole=len(parts) == 1 or found.event.heats == swim.heat_count)


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
