from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson

if TYPE_CHECKING:
    from collections.abc import Mapping

#: The events of the log that a stream tells, by the names that it gives them.
NAMES = {
    "batch.started": "batch_started",
    "job.stage_entered": "job_progress",
    "job.completed": "job_completed",
    "job.failed": "job_failed",
    "job.retry_scheduled": "job_retry_scheduled",
    "batch.retry_requested": "batch_retry_requested",
    "batch.completed": "batch_completed",
    "batch.cancelled": "batch_cancelled",
}
#: After these a batch is over, and so is its stream.
LAST = frozenset({"batch.completed", "batch.cancelled", "batch.expired"})
BEAT = b": beat\n\n"


@dataclass(frozen=True, slots=True)
class Frame:
    """An event as it stands on the wire, encoded once for all its streams. `last` ends a stream."""

    event_id: int
    wire: bytes
    last: bool


@dataclass(frozen=True, slots=True)
class Placed:
    """A row of the log in its place; no frame for those that streams do not tell."""

    event_id: int
    frame: Frame | None


def placed(row: Mapping[str, Any]) -> Placed:
    """A row of `api_news`. The data of an erased event is gone, and so is its frame."""
    event_id, event_type, data = row["event_id"], row["type"], row["data"]
    name, last = NAMES.get(event_type), event_type in LAST
    if name is None or data is None:
        return Placed(event_id, Frame(event_id, b"", last) if last else None)
    told: dict[str, Any] = {
        "batch_id": str(row["batch_id"]),
        "event_id": event_id,
        "occurred_at": row["occurred_at"],
        **data,
    }
    if row["sequence"] is not None:
        told["sequence"] = row["sequence"]
    wire = b"id: %d\nevent: %s\ndata: %s\n\n" % (event_id, name.encode(), orjson.dumps(told))
    return Placed(event_id, Frame(event_id, wire, last))


def greeting(retry_milliseconds: int) -> bytes:
    """What a stream says at once, so that proxies and clients know it is open."""
    return b"retry: %d\n: connected\n\n" % retry_milliseconds
