from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from schema.admin_views import SetAsideView

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from datetime import timedelta
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


async def chosen(tables: Tables, filters: Filters) -> AsyncIterator[SetAsideView]:
    """Oldest first."""
    async for row in tables.each("cli_set_asides", *filters):
        yield SetAsideView(**row)
