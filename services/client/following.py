"""A stream as one that never breaks: where it goes on, and when to give up. No I/O."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self
from uuid import UUID

import httpx2
import orjson

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from services.client.failures import Away

#: A beat comes every 15 s, so a stream that is silent for longer has lost its line.
SILENCE = httpx2.Timeout(40.0, connect=5.0)
#: How long a gateway that was there a moment ago may stay away.
AWAY_SECONDS = 30.0
NO_CONTENT = 204


@dataclass(frozen=True, slots=True)
class BatchNews:
    """One event of a batch's stream; `id` is its place in the log of its batch: the cursor to come back with."""

    id: int
    name: str
    data: dict[str, Any]

    @property
    def batch_id(self) -> UUID:
        return UUID(self.data["batch_id"])


class Following:
    """How far the stream at a path was heard: in each of its batches, in the order of the address."""

    def __init__(self, path: str, cursors: Mapping[UUID, int]) -> None:
        self.path, self._cursors, self._heard_at = path, dict(cursors), time.monotonic()

    @classmethod
    def of_one(cls, batch_id: UUID, after: int) -> Self:
        return cls(f"/api/batches/{batch_id}/events", {batch_id: after})

    @classmethod
    def of_several(cls, batch_ids: Sequence[UUID], after: Mapping[UUID, int] | None) -> Self:
        named = "&".join(f"batch={batch_id}" for batch_id in batch_ids)
        return cls(f"/api/events?{named}", {batch_id: (after or {}).get(batch_id, 0) for batch_id in batch_ids})

    @property
    def headers(self) -> dict[str, str]:
        """What the next connection is opened with."""
        return {"Last-Event-ID": ".".join(map(str, self._cursors.values()))} if any(self._cursors.values()) else {}

    def heard(self, said: httpx2.ServerSentEvent) -> BatchNews | None:
        """The event that came, once; None for what is none, and for one that was heard before."""
        cursors = [int(text) for text in said.id.split(".") if text.isdigit()]
        if not said.data or len(cursors) != len(self._cursors):
            return None
        told = dict(zip(self._cursors, cursors, strict=True))
        data = orjson.loads(said.data)
        batch_id = next(iter(told)) if len(told) == 1 else UUID(data["batch_id"])
        if told[batch_id] <= self._cursors[batch_id]:
            return None
        self._cursors, self._heard_at = told, time.monotonic()
        return BatchNews(told[batch_id], said.event, data)

    def pause_after(self, away: Away) -> float:
        """Seconds to wait before the next connection. Raises `away` where nothing was heard for AWAY_SECONDS."""
        if time.monotonic() - self._heard_at > AWAY_SECONDS:
            raise away
        return away.pause_seconds
