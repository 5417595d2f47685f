from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Protocol, Self

import structlog

from schema.errors import Transient

if TYPE_CHECKING:
    from collections.abc import Mapping

    from services.api.sse.frames import Placed
    from services.api.sse.hub import Hub

log = structlog.get_logger()
#: Batches with news that are asked about in one query, and those beside them that may have some; rows that it brings
#: of each. What is told of must not wait for a look at all the others.
BATCHES_A_QUERY, UNSURE_A_QUERY = 500, 200
ROWS_A_BATCH = 200
PAUSE_SECONDS = 1.0


class News(Protocol):
    async def news(self, after: Mapping[str, int]) -> dict[str, list[Placed]]:
        """Up to ROWS_A_BATCH rows after the given event of each batch, oldest first. Raises Transient."""


class Feed:
    """Brings the hub what was committed: on each wake-up, and at least every `poll_seconds`, for a lost one.

    One query asks about all watched batches that have news, however many streams are open.
    """

    def __init__(self, hub: Hub, source: News, poll_seconds: float) -> None:
        self._hub, self._source, self._poll_seconds = hub, source, poll_seconds

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._keep(), name="feed")
        return self

    async def __aexit__(self, *exc: object) -> None:
        self._task.cancel()
        await asyncio.wait({self._task})

    async def _keep(self) -> None:
        clock = asyncio.get_running_loop().time
        next_poll = clock() + self._poll_seconds
        while True:
            try:
                async with asyncio.timeout_at(next_poll):
                    await self._hub.stirred()
            except TimeoutError:
                pass  # time for a look at all
            if clock() >= next_poll:
                self._hub.stir(frozenset())
                next_poll = clock() + self._poll_seconds
            try:
                await self._bring()
            except Transient as away:
                log.warning("feed.waits", error=str(away))
                await self._again()
            except Exception:
                log.exception("feed.failed")
                await self._again()

    async def _again(self) -> None:
        await asyncio.sleep(PAUSE_SECONDS)
        self._hub.stir(frozenset())

    async def _bring(self) -> None:
        if not (due := self._hub.take_due(BATCHES_A_QUERY, UNSURE_A_QUERY)):
            return
        found = await self._source.news(due)
        for batch_id, rows in found.items():
            self._hub.publish(batch_id, rows)
        if more := frozenset(batch_id for batch_id, rows in found.items() if len(rows) == ROWS_A_BATCH):
            self._hub.stir(more)
