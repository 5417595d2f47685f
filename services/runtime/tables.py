from __future__ import annotations

from typing import TYPE_CHECKING, Any

from services.runtime.queries import query

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    import asyncpg

    from services.runtime.database import Database

ROWS_A_FETCH = 1000


class Tables:
    """What the tables say, in transactions that cannot write. Raises Transient when the database is away."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def rows(self, name: str, *arguments: Any) -> list[asyncpg.Record]:  # noqa: ANN401 - as asyncpg takes them
        return [row async for row in self.each(name, *arguments)]

    async def each(self, name: str, *arguments: Any) -> AsyncGenerator[asyncpg.Record]:  # noqa: ANN401 - the same
        """The rows of a query, however many, a thousand at a time in memory."""
        async with self._database.connection() as connection, connection.transaction(readonly=True):
            async for row in connection.cursor(query(name), *arguments, prefetch=ROWS_A_FETCH):
                yield row
