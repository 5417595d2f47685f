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
    async with streaming(api, f"/api/batches/{batch_id}/events", None if after is None else str(after)) as events:
        yield events


def address(*batch_ids: UUID) -> str:
    """Where several batches are watched over one line."""
    return "/api/events?" + "&".join(f"batch={batch_id}" for batch_id in batch_ids)


@asynccontextmanager
async def streaming(
    api: httpx2.AsyncClient, url: str, last_id: str | None = None
) -> AsyncIterator[AsyncIterator[httpx2.ServerSentEvent]]:
    """As `watching`, of any stream, after the last id that was heard."""
    headers = {} if last_id is None else {"Last-Event-ID": last_id}
    async with api.sse(url, headers=headers) as source:
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
