"""Session reports and timelines say when events start; the sheets of the same meet say who swims in which heat."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schema.extraction import Warning  # noqa: A004 - as in its home
from services.api.event_match import match
from services.api.meets import same_meet
from services.api.reported import by_number, event_number
from services.api.rounds import is_swum_with_finals

if TYPE_CHECKING:
    from collections.abc import Iterable

    from schema.extraction import EventStart, Meet, SwimEntry
    from schema.views import ResultView, SwimView
    from services.api.event_match import Match
    from services.api.reported import Reported

DAY_SECONDS = 24 * 60 * 60
WARNING = "timeline_heats_differ"


def timed(sheet: ResultView, reports: Iterable[Meet]) -> ResultView:
    """The sheet with starts and days that the reports of its meet give its swims.

    What the sheet prints stays. The first heat starts with its event; later heats are estimated by the time that the
    earlier ones are in the water, else by an even share of the event's time. Where several events could be meant, none
    is taken. The order of the reports does not matter.
    """
    reported = by_number(report for report in reports if same_meet(sheet, report))
    swims: list[SwimView] = []
    warnings: dict[Warning, None] = {}
    for swim in sheet.swims:
        matched = match(sheet, swim, reported.get(event_number(swim.event_number), ()))
        if matched is None:
            swims.append(swim)
            continue
        swims.append(_with_time(_with_day(sheet, swim, matched.reported.event), matched))
        if (differ := _heats_differ(swim, matched)) is not None:
            warnings[differ] = None
    return sheet.model_copy(update={"swims": tuple(swims), "warnings": (*sheet.warnings, *warnings)})


def _with_day(sheet: ResultView, swim: SwimView, event: EventStart) -> SwimView:
    if swim.session_date is not None or sheet.session_date is not None:
        return swim
    return swim.model_copy(update={"session_date": event.session_date})


def _with_time(swim: SwimView, matched: Match) -> SwimView:
    if swim.heat_start_time is not None and not swim.heat_start_estimated:
        return swim
    before = _heats_before(swim, matched)
    begins = None if before is None else _begins(swim, matched.reported, before)
    if begins is None or begins >= DAY_SECONDS:
        return swim
    clock = f"{begins // 3600:02}:{begins // 60 % 60:02}"
    return swim.model_copy(update={"heat_start_time": clock, "heat_start_estimated": before != 0})


def _heats_before(swim: SwimEntry, matched: Match) -> int | None:
    """Heats of the event that its session has before this one; None where nobody can tell."""
    heats = matched.reported.event.heats
    if is_swum_with_finals(swim.round):
        return 0 if heats == 1 else None
    if swim.heat_number is None or swim.heat_number < 1 or not matched.is_whole:
        return None
    return swim.heat_number - 1 if heats is None or swim.heat_number <= heats else None


def _begins(swim: SwimEntry, reported: Reported, before: int) -> int | None:
    """The start in seconds of the day."""
    event, start, following = reported
    if before == 0:
        return start
    if swim.swum_before_seconds is not None:
        return start + swim.swum_before_seconds + before * (event.heat_interval_seconds or 0)
    heats = event.heats or swim.heat_count
    return None if following is None or not heats else start + (following - start) * before // heats


def _heats_differ(swim: SwimEntry, matched: Match) -> Warning | None:
    event = matched.reported.event
    reported, printed = event.heats, swim.heat_count
    if not matched.is_whole or reported is None or printed is None or reported == printed:
        return None
    message = (
        f"The session report gives event {event.event_number} {reported} heats and this sheet {printed}:"
        " one of them is older, and times by the report may be off."
    )
    return Warning(code=WARNING, message=message)
