"""A batch's stream as one that never breaks: where it goes on, and when to give up. No I/O."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx2
import orjson

if TYPE_CHECKING:
    from uuid import UUID

    from services.client.failures import Away

#: A beat comes every 15 s, so a stream that is silent for longer has lost its line.
SILENCE = httpx2.Timeout(40.0, connect=5.0)
#: How long a gateway that was there a moment ago may stay away.
AWAY_SECONDS = 30.0
NO_CONTENT = 204


@dataclass(frozen=True, slots=True)
class BatchNews:
    """One event of a batch's stream; `id` is the cursor to come back with."""

    id: int
    name: str
    data: dict[str, Any]


class Following:
    """How far one batch's stream was heard."""

    def __init__(self, batch_id: UUID, after: int) -> None:
        self.path, self._cursor, self._heard_at = f"/api/batches/{batch_id}/events", after, time.monotonic()

    @property
    def headers(self) -> dict[str, str]:
        """What the next connection is opened with."""
        return {"Last-Event-ID": str(self._cursor)} if self._cursor else {}

    def heard(self, said: httpx2.ServerSentEvent) -> BatchNews | None:
        """The event that came, once; None for what is none, and for one that was heard before."""
        if not said.data or not said.id.isdigit() or int(said.id) <= self._cursor:
            return None
        self._cursor, self._heard_at = int(said.id), time.monotonic()
        return BatchNews(self._cursor, said.event, orjson.loads(said.data))

    def pause_after(self, away: Away) -> float:
        """Seconds to wait before the next connection. Raises `away` where nothing was heard for AWAY_SECONDS."""
        if time.monotonic() - self._heard_at > AWAY_SECONDS:
            raise away
        return away.pause_seconds
