"""The chain of digests over one batch's log. It runs over commitments, so erased data leaves it whole."""

from __future__ import annotations

import hashlib
from datetime import UTC
from typing import TYPE_CHECKING, Any

import orjson

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID


def canonical(data: dict[str, Any]) -> bytes:
    """The bytes that are committed to: JSON with sorted keys and no blanks, the same after a trip through JSONB."""
    return orjson.dumps(data, option=orjson.OPT_SORT_KEYS)


def origin(batch_id: UUID) -> bytes:
    """What the first row of a batch has for a previous digest."""
    return hashlib.blake2b(batch_id.bytes, digest_size=32).digest()


def commitment(salt: bytes, data: bytes) -> bytes:
    """What stands for the data in the chain; without salt and data nobody can tell what they were."""
    return hashlib.blake2b(data, digest_size=32, key=salt).digest()


def link(previous: bytes, event_type: str, version: int, occurred_at: datetime, committed: bytes) -> bytes:
    """The digest of one row: BLAKE2b over two digests of 32 bytes and what the row says beside its data."""
    said = b"%b %d %b" % (event_type.encode(), version, _instant(occurred_at.astimezone(UTC)))
    return hashlib.blake2b(previous + committed + said, digest_size=32).digest()


def _instant(at: datetime) -> bytes:
    """ISO 8601 with microseconds. orjson writes it in a quarter of the time, but leaves microseconds out that are 0."""
    return orjson.dumps(at)[1:-1] if at.microsecond else at.isoformat(timespec="microseconds").encode()
