from __future__ import annotations

from typing import TYPE_CHECKING

from schema.admin_views import ListedBatchesView, ListedBatchView, SetAsidesView, SetAsideView
from services.api.admin.questions import Place
from services.api.problems import needing

if TYPE_CHECKING:
    from services.api.admin.questions import BatchesAsked, SetAsidesAsked
    from services.runtime.tables import Tables


class Lists:
    """What the tables say to whoever runs this, nothing of it personal. Raises Unavailable while they are away."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    async def batches(self, asked: BatchesAsked) -> ListedBatchesView:
        after = (None, None) if asked.after is None else asked.after
        with needing("database-unavailable"):
            rows = await self._tables.rows("api_admin_batches", asked.status, asked.since, *after, asked.limit + 1)
        page = tuple(ListedBatchView(**row) for row in rows[: asked.limit])
        more = len(rows) > asked.limit
        return ListedBatchesView(
            batches=page, next_after=str(Place(page[-1].created_at, page[-1].id)) if more else None
        )

    async def set_asides(self, asked: SetAsidesAsked) -> SetAsidesView:
        with needing("database-unavailable"):
            rows = await self._tables.rows(
                "api_admin_set_asides", asked.after, asked.reason, asked.only_open, asked.limit + 1
            )
        page = tuple(SetAsideView(**row) for row in rows[: asked.limit])
        return SetAsidesView(set_asides=page, next_after=page[-1].id if len(rows) > asked.limit else None)
