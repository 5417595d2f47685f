from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from services.api.calendar.entry import entry, is_left_out

if TYPE_CHECKING:
    from datetime import date
    from zoneinfo import ZoneInfo

    from schema.views import ResultView
    from services.api.calendar.entry import Entry

ADDRESS = "https://calendar.google.com/calendar/render"
#: In UTF-8, of which a byte may take three characters of the address: browsers and servers bound its length.
MOST_BYTES = {"text": 300, "details": 1200, "location": 300}


def with_google_links(sheet: ResultView, zone: ZoneInfo | None) -> ResultView:
    """The sheet with an address for each swim that belongs into a calendar: it offers the swim for adding."""
    swims = []
    for swim in sheet.swims:
        made = None if is_left_out(swim) else entry(sheet, swim, zone)
        link = None if made is None else google_link(made, zone)
        swims.append(swim.model_copy(update={"google_calendar_url": link}))
    return sheet.model_copy(update={"swims": tuple(swims)})


def google_link(made: Entry, zone: ZoneInfo | None) -> str:
    """Without a zone the times are those of the calendar that it is added to."""
    fields = {"text": made.title, "details": made.description, "location": made.venue or ""}
    asked = {
        "action": "TEMPLATE",
        "dates": f"{_stamp(made.start)}/{_stamp(made.end)}",
        **{name: _cut(value, MOST_BYTES[name]) for name, value in fields.items() if value},
        **({"ctz": zone.key} if zone is not None else {}),
    }
    return f"{ADDRESS}?{urlencode(asked)}"


def _stamp(when: datetime | date) -> str:
    return when.strftime("%Y%m%dT%H%M%S" if isinstance(when, datetime) else "%Y%m%d")


def _cut(text: str, most: int) -> str:
    """The text in at most so many bytes, whole characters."""
    encoded = text.encode()
    return text if len(encoded) <= most else encoded[: most - len("…".encode())].decode(errors="ignore") + "…"
