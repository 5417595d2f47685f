from __future__ import annotations

from typing import TYPE_CHECKING, Any

from schema.extraction import Kind, SwimEntry
from services.worker.mail.clean import clean

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_LONGEST_EVENT = 80


def lines_of_swims(sheets: Iterable[Mapping[str, Any]]) -> list[str]:
    """A line for each swim in the rows of `worker_mail_sheets`, in their order; one that two sheets print is one."""
    return list(_lines(sheets))


def _lines(sheets: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    seen: set[tuple[object, ...]] = set()
    for sheet in sheets:
        for swim in (SwimEntry.model_validate(entry) for entry in sheet["events"] or ()):
            day = swim.session_date or sheet["session_date"] or sheet["meet_date_start"]
            # As the gateway tells duplicates (`services/api/schedule.py`), so that mail and page count alike.
            same = (
                " ".join((sheet["meet_name"] or "").casefold().split()),
                day,
                (swim.session or "").casefold(),
                (swim.round or "").casefold(),
                swim.event_number or swim.event_name,
                swim.heat_number,
                swim.lane,
                swim.relay_leg,
            )
            if same not in seen:
                seen.add(same)
                yield _line(swim, None if day is None else day.isoformat())


def _line(swim: SwimEntry, day: str | None) -> str:
    number = f"#{swim.event_number}" if swim.event_number else ""
    heat = f"heat {swim.heat_number}" if swim.heat_number is not None else ""
    if heat and swim.heat_count:
        heat += f" of {swim.heat_count}"
    start = swim.heat_start_time or ""
    if start and swim.heat_start_estimated:
        start = f"about {start}"
    parts = (
        day or "",
        start,
        clean(f"{number} {swim.event_name or ''}", _LONGEST_EVENT),
        clean(swim.round or "", _LONGEST_EVENT),
        heat,
        f"lane {swim.lane}" if swim.lane is not None else "",
        f"leg {swim.relay_leg}" if swim.relay_leg is not None else "",
        swim.kind.value if swim.kind in (Kind.ALTERNATE, Kind.SCRATCHED) else "",
    )
    return ", ".join(part for part in parts if part)
