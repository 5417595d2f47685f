from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from services.runtime.clock import now

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from datetime import datetime, timedelta
    from uuid import UUID

    from services.runtime.tables import Tables


class Filters(NamedTuple):
    """Which set-asides are meant: those that pass every filter, in the order of the query; None lets all pass."""

    ids: list[int] | None = None
    reasons: list[str] | None = None
    batches: list[UUID] | None = None
    older_than: timedelta | None = None
    newer_than: timedelta | None = None
    only_open: bool = False
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class Aside:
    """A row of `set_aside_events` without its bytes, which may say children's names; None for `bytes` that are erased.

    It is `open` until it was retried, and again once it was set aside since.
    """

    id: int
    reason: str
    queue: str
    batch_id: UUID | None
    message_id: UUID | None
    times: int
    retried_times: int
    retried_at: datetime | None
    recorded_at: datetime
    bytes: int | None
    open: bool

    @property
    def age(self) -> timedelta:
        return now() - self.recorded_at


async def chosen(tables: Tables, filters: Filters) -> AsyncIterator[Aside]:
    """Oldest first."""
    async for row in tables.each("cli_set_asides", *filters):
        yield Aside(**row)
