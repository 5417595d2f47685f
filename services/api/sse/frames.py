from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson

from schema.streamed import NAMES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

#: Whether a batch is over after these.
OVER = {"batch.completed": True, "batch.cancelled": True, "batch.expired": True, "batch.retry_requested": False}
BEAT = b": beat\n\n"


@dataclass(frozen=True, slots=True)
class Frame:
    """An event as it is on the wire after its `id:`, encoded once for all its streams; nothing where it is not told.

    `over` is whether the batch is over after it, or None where that is as before.
    """

    batch_id: str
    event_id: int
    wire: bytes
    over: bool | None


@dataclass(frozen=True, slots=True)
class Placed:
    """A row of the log in its place; no frame for those that streams do not tell."""

    event_id: int
    frame: Frame | None


def placed(row: Mapping[str, Any]) -> Placed:
    """A row of `api_news`. The data of an erased event is gone, and so is its frame."""
    batch_id, event_id, event_type, data = str(row["batch_id"]), row["event_id"], row["type"], row["data"]
    name, over = NAMES.get(event_type), OVER.get(event_type)
    if name is None or data is None:
        return Placed(event_id, None if over is None else Frame(batch_id, event_id, b"", over))
    told: dict[str, Any] = {
        "batch_id": batch_id,
        "event_id": event_id,
        "occurred_at": row["occurred_at"],
        **data,
    }
    if row["sequence"] is not None:
        told["sequence"] = row["sequence"]
    wire = b"event: %s\ndata: %s\n\n" % (name.encode(), orjson.dumps(told))
    return Placed(event_id, Frame(batch_id, event_id, wire, over))


def identified(cursors: Iterable[int]) -> bytes:
    """The `id:` of an event: how far each batch of its stream was told then, so that the last one heard says it all."""
    return b"id: %s\n" % ".".join(map(str, cursors)).encode()


def greeting(retry_milliseconds: int) -> bytes:
    """What a stream says at once, so that proxies and clients know it is open."""
    return b"retry: %d\n: connected\n\n" % retry_milliseconds
