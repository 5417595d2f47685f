"""The database and the broker, as an operator's command reaches them."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import asyncpg

from schema.errors import Transient
from services.cli import addresses
from services.cli.failures import Unusable
from services.runtime import log
from services.runtime.database import Database
from services.runtime.link import GONE
from services.runtime.queries import query

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Coroutine

T = TypeVar("T")
NAME = "heatstream-cli"
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


@asynccontextmanager
async def opened_tables(database_url: str | None) -> AsyncIterator[Tables]:
    """Raises Transient when the database is away, Unusable when it does not take us or is another."""
    url = addresses.database_url(database_url)
    try:
        async with Database(url, name=NAME, most_connections=2) as database:
            yield Tables(database)
    except asyncpg.UndefinedTableError as missing:
        raise Unusable(f"{missing}: is it the right database? `heatstream migrate` makes what is missing") from missing
    except asyncpg.PostgresError as refused:
        raise Unusable(f"the database refuses: {refused.args[0]}") from refused


def run(work: Coroutine[None, None, T]) -> T:
    """Raises Unusable when a server goes away in the middle: nothing is lost then, and a second run goes on."""
    log.configure("cli", "warning")
    try:
        return asyncio.run(work)
    except (*GONE, Transient) as gone:
        raise Unusable(f"{gone or 'a server does not answer'}; nothing is lost, run it again to go on") from gone
