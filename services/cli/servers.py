"""The database and the broker, as an operator's command reaches them."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, TypeVar

import asyncpg

from schema.errors import Transient
from services.cli import addresses
from services.cli.failures import Unusable
from services.runtime import log
from services.runtime.database import Database
from services.runtime.link import GONE
from services.runtime.tables import Tables

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Coroutine

T = TypeVar("T")
NAME = "heatstream-cli"


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
