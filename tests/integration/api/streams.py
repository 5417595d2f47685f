from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from uuid import UUID

    import httpx2

SSE = {"Accept": "text/event-stream"}


@asynccontextmanager
async def watching(
    api: httpx2.AsyncClient, batch_id: UUID, after: int | None = None
) -> AsyncIterator[AsyncIterator[httpx2.ServerSentEvent]]:
    """An open stream: its events, without what only greets."""
    headers = {} if after is None else {"Last-Event-ID": str(after)}
    async with api.sse(f"/api/batches/{batch_id}/events", headers=headers) as source:
        assert source.response.status_code == 200, await source.response.aread()

        async def told() -> AsyncIterator[httpx2.ServerSentEvent]:
            async for event in source:
                if event.data:
                    yield event

        events = told()
        yield events


async def ids(api: httpx2.AsyncClient, batch_id: UUID, after: int | None = None) -> list[int]:
    """The ids of a stream that ends."""
    async with watching(api, batch_id, after) as events:
        return [int(event.id) async for event in events]
