"""Meets publish a sheet anew behind the same link; whoever reads it again brings earlier schedules up to date."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from schema.extraction import Meet
from services.api.meets import same_meet

if TYPE_CHECKING:
    from collections.abc import Iterable

Row = Mapping[str, Any]
WARNING = {
    "code": "read_again",
    "message": "The sheet behind this link has changed since it was handed in here: these are its swims by its latest"
    " reading.",
}
_READ = ("completed_at", "events", *Meet.model_fields)


def reread(row: Row, readings: Iterable[Row]) -> dict[str, Any]:
    """A row of `api_results`, `api_result` or `api_reports` with what the latest reading of its link says.

    What is another meet, or other days of it, is no new version of the sheet: links like `heats.pdf` serve again.
    """
    later = next((reading for reading in readings if reading["job_id"] == row["job_id"]), None)
    if later is None or not _is_same_sheet(row, later):
        return dict(row)
    return {**row, **{name: later[name] for name in _READ}, "warnings": [*later["warnings"], WARNING]}


def _is_same_sheet(row: Row, later: Row) -> bool:
    mine, theirs = _days(row), _days(later)
    return same_meet(_meet(row), _meet(later)) and (not mine or not theirs or bool(mine & theirs))


def _meet(row: Row) -> Meet:
    return Meet(**{name: row[name] for name in Meet.model_fields})


def _days(row: Row) -> set[str]:
    """On which the swimmer swims, or else of the whole sheet; none where it says none."""
    days = {swim.get("session_date") or row["session_date"] for swim in row["events"]} or {row["session_date"]}
    return {str(day) for day in days if day is not None}
