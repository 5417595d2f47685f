from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import uuid_utils.compat

if TYPE_CHECKING:
    from uuid import UUID


def now() -> datetime:
    return datetime.now(UTC)


def new_id() -> UUID:
    """A UUIDv7: its first 48 bits are the time in milliseconds, so ids sort by age and a batch's age can be read."""
    return uuid_utils.compat.uuid7()


def age_seconds(identifier: UUID) -> float | None:
    """How long ago a UUIDv7 was made; None for any other UUID, whose age nobody knows."""
    if identifier.version != 7:  # noqa: PLR2004 - the version this function is about
        return None
    return now().timestamp() - (identifier.int >> 80) / 1000
