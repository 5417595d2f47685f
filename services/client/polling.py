"""A batch's log, asked for page by page, as its stream would tell it. No I/O."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from schema.commands import MAX_SOURCES
from schema.identity import job_id
from schema.streamed import NAMES
from services.client import calls, following
from services.client.following import BatchNews

if TYPE_CHECKING:
    from uuid import UUID

    from schema.views import EventsView
    from services.client.calls import Call
    from services.client.failures import Away

#: Shorter than the silence after which anything on the way may cut a line.
WAIT_SECONDS = 20
#: What a stream leaves out of a finished sheet.
_UNTOLD = frozenset({"extraction", "file_checksum", "file_size_bytes", "swimmer_name_normalized"})


class Polling:
    """How far one batch's log was read; `over` when nothing more will come."""

    def __init__(self, batch_id: UUID, after: int) -> None:
        self._batch_id, self._cursor, self._heard_at, self.over = batch_id, after, time.monotonic(), False
        self._sequences = {str(job_id(batch_id, number)): number for number in range(1, MAX_SOURCES + 1)}

    @property
    def call(self) -> Call[EventsView]:
        """How the next page is asked for."""
        return calls.log(self._batch_id, self._cursor, WAIT_SECONDS)

    def read(self, page: EventsView) -> list[BatchNews]:
        """What a stream tells of a page."""
        self._heard_at, self.over = time.monotonic(), page.over
        if page.events:
            self._cursor = page.events[-1]["eventid"]
        return [self._told(event) for event in page.events if event["type"] in NAMES]

    def pause_after(self, away: Away) -> float:
        """Seconds to wait before the next try. Raises `away` where no page came for AWAY_SECONDS."""
        if time.monotonic() - self._heard_at > following.AWAY_SECONDS:
            raise away
        return away.pause_seconds

    def _told(self, event: dict[str, Any]) -> BatchNews:
        data = {name: value for name, value in event["data"].items() if name not in _UNTOLD}
        if (extraction := event["data"].get("extraction")) is not None:
            data |= {"swims": len(extraction["events"]), "warnings": extraction["warnings"]}
        if "job_id" in data:
            data["sequence"] = self._sequences[data["job_id"]]
        place = {"batch_id": event["subject"], "event_id": event["eventid"], "occurred_at": event["time"]}
        return BatchNews(event["eventid"], NAMES[event["type"]], place | data)
