from __future__ import annotations

import hashlib
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import orjson

from services.runtime.clock import now
from services.runtime.dead_letters.death import Death

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import timedelta

    from aio_pika.abc import AbstractIncomingMessage

#: How often the letter was put back before, and by whom the last time; headers of our own.
REDRIVEN, REDRIVEN_BY = "x-redriven", "x-redriven-by"


@dataclass(frozen=True, slots=True)
class Letter:
    """A message in a dead-letter queue, unacknowledged for as long as it is looked at.

    `id` is its message id, or a digest of the body where it has none; `types` that of a command or job, or those of
    the events in it; `batch_ids` the batches that it is of, in their order. `since` is when it died or, where nobody
    wrote that down, when it was sent. Only `message` holds the body, which may say children's names.
    """

    queue: str
    id: str
    types: tuple[str, ...]
    batch_ids: tuple[UUID, ...]
    death: Death
    since: datetime | None
    redriven: int
    message: AbstractIncomingMessage

    @classmethod
    def of(cls, queue: str, message: AbstractIncomingMessage) -> Letter:
        """Never raises: what cannot be read of a letter is told as absent."""
        body = _json(message.body)
        events = [event for event in body if isinstance(event, dict)] if isinstance(body, list) else []
        death, redriven = Death.of(message.headers), message.headers.get(REDRIVEN)
        return cls(
            queue=queue,
            id=message.message_id or hashlib.blake2b(message.body, digest_size=16).hexdigest(),
            types=(message.type,) if message.type else _texts(event.get("type") for event in events),
            batch_ids=_batches([event.get("subject") for event in events] if events else [_member(body, "batch_id")]),
            death=death,
            since=death.at or _sent(message),
            redriven=redriven if isinstance(redriven, int) and redriven > 0 else 0,
            message=message,
        )

    @property
    def times(self) -> int:
        """How often it died."""
        return self.redriven + 1

    @property
    def age(self) -> timedelta | None:
        return None if self.since is None else now() - self.since


def _json(body: bytes) -> object:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return None


def _member(body: object, name: str) -> Any:  # noqa: ANN401 - whatever a stranger wrote
    return body.get(name) if isinstance(body, dict) else None


def _texts(written: Iterable[object]) -> tuple[str, ...]:
    """Those that are text, each once."""
    return tuple(dict.fromkeys(text for text in written if isinstance(text, str)))


def _batches(written: Iterable[object]) -> tuple[UUID, ...]:
    found: dict[UUID, None] = {}
    for text in _texts(written):
        with suppress(ValueError):
            found[UUID(text)] = None
    return tuple(found)


def _sent(message: AbstractIncomingMessage) -> datetime | None:
    """When the message was sent: its timestamp, or the time in a UUIDv7."""
    stamp = message.timestamp
    if stamp is not None:
        return stamp if stamp.tzinfo else stamp.replace(tzinfo=UTC)
    try:
        identifier = UUID(message.message_id or "")
        if identifier.version != 7:  # noqa: PLR2004 - the version that begins with the time
            return None
        return datetime.fromtimestamp((identifier.int >> 80) / 1000, UTC)
    except ValueError:  # no UUID, or a time beyond the year 9999
        return None
