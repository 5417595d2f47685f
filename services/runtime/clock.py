from __future__ import annotations

import time
from datetime import UTC, datetime
from uuid import UUID

import uuid_utils.compat

from services.runtime.chance import CHANCE_BYTES, chance


def now() -> datetime:
    return datetime.now(UTC)


def new_id() -> UUID:
    """A UUIDv7: its first 48 bits are the time in milliseconds, so ids sort by age and a batch's age can be read."""
    return uuid_utils.compat.uuid7()


def new_secret_id() -> UUID:
    """A UUIDv7 whose other 74 bits are the system's chance, each time anew: who has it proves to have been told.

    Those of `new_id` count up within a millisecond, and differ by 32 bits of chance then.
    """
    drawn = int.from_bytes(chance()) >> 8 * CHANCE_BYTES - 74
    head = int(time.time() * 1000) << 80 | 7 << 76 | (drawn >> 62) << 64
    return UUID(int=head | 2 << 62 | drawn & (1 << 62) - 1)


def age_seconds(identifier: UUID) -> float | None:
    """How long ago a UUIDv7 was made; None for any other UUID, whose age nobody knows."""
    if identifier.version != 7:  # noqa: PLR2004 - the version this function is about
        return None
    return now().timestamp() - (identifier.int >> 80) / 1000
