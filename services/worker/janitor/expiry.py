from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from schema.events import BatchExpired
from services.runtime.queries import query
from services.worker.janitor.lately import Lately
from services.worker.origin import Origin

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from services.runtime.database import Database
    from services.runtime.event_publisher import EventPublisher

log = structlog.get_logger()
MOST_A_ROUND = 100
AGAIN_SECONDS = 900.0


class Expiry:
    """Says of batches whose time is over that they have expired; the projector erases them.

    `unread` is how many events wait for the projector: with none, what has been said has been taken.
    """

    def __init__(self, *, database: Database, events: EventPublisher, unread: Callable[[], Awaitable[int]]) -> None:
        self._database, self._events, self._unread = database, events, unread
        self._told = Lately(AGAIN_SECONDS)

    async def sweep(self) -> int:
        """How many were told. Raises Transient."""
        # Without a projector every round would find the same batches, and fill its queue with them.
        if await self._unread():
            return 0
        async with self._database.connection() as connection:
            due = await connection.fetch(query("worker_due_expiries"), self._told.all(), MOST_A_ROUND)
        for row in due:
            await self._events.publish(Origin(None, None, None).fact(row["id"], BatchExpired()))
            self._told.add(row["id"])
            log.info("batch.expired", batch_id=str(row["id"]))
        return len(due)
