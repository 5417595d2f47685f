from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import TYPE_CHECKING, TypeVar

import structlog

from schema.errors import Transient
from services.runtime.database import AWAY
from services.runtime.queries import query

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    import asyncpg.pool

    from services.runtime.database import Database

    Connection = asyncpg.pool.PoolConnectionProxy[asyncpg.Record]

log = structlog.get_logger()
Taken = TypeVar("Taken")


class WorkLock:
    """One worker at a time does a piece of work, by a lock in the database that goes with its holder.

    It spares work and guards nothing: where the database is away, or another worker holds the lock for longer than
    `patience_seconds`, the work is done all the same. Each holder has a connection of `database` for as long.
    """

    def __init__(self, database: Database, patience_seconds: float) -> None:
        self._database, self._patience_seconds = database, patience_seconds

    @asynccontextmanager
    async def held(self, key: str) -> AsyncIterator[None]:
        """`key` names the work by 16 hex digits or more, as a checksum has them."""

        async def take(connection: Connection, patience_seconds: float) -> None:
            await connection.execute(query("worker_lock_work"), key, timeout=patience_seconds)

        async with self.taken(take):
            yield

    @asynccontextmanager
    async def taken(self, take: Callable[[Connection, float], Awaitable[Taken]]) -> AsyncIterator[Taken | None]:
        """What `take` gives, which takes a lock of the session within so many seconds; None where it could not."""
        result: Taken | None = None
        async with AsyncExitStack() as holding:
            try:
                async with asyncio.timeout(self._patience_seconds):
                    connection = await holding.enter_async_context(self._database.connection())
                    result = await take(connection, self._patience_seconds)
            except (Transient, *AWAY) as away:
                log.warning("work.unlocked", error=repr(away))
            lock = holding.pop_all()
        try:
            yield result
        finally:
            with suppress(Transient):  # the connection is gone, and the lock with it
                await lock.aclose()
