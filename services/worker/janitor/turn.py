from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Self

import asyncpg
import structlog

from services.runtime.database import AWAY
from services.runtime.queries import query

if TYPE_CHECKING:
    from asyncpg.connection import Connection

log = structlog.get_logger()
APPLICATION = "heatstream-worker-janitor"
ANSWER_SECONDS = 5.0


class Turn:
    """Whose turn it is to be the janitor: a session's lock in the database, which goes with its connection.

    One connection, kept between rounds. A holder whose machine vanished is noticed by keepalives within half a minute.
    """

    def __init__(self, database_url: str) -> None:
        self._url = database_url
        self._connection: Connection[asyncpg.Record] | None = None
        self._held = False

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc: object) -> None:
        self._leave()

    async def mine(self) -> bool:
        """Whether this process holds the lock now; takes it where it is free. False, too, without a database."""
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                return await self._take()
        except AWAY as gone:
            log.warning("janitor.database_away", error=repr(gone))
            self._leave()
            return False
        except BaseException:  # cut off between question and answer, a connection is of no more use
            self._leave()
            raise

    async def _take(self) -> bool:
        if self._connection is None:
            self._connection = await _connect(self._url)
        if self._held:
            await self._connection.execute("SELECT 1")  # the lock is held for as long as its session answers
        elif await self._connection.fetchval(query("worker_lock_janitor")):
            self._held = True
            log.info("janitor.took_turn")
        return self._held

    def _leave(self) -> None:
        if self._connection is not None:
            self._connection.terminate()
        if self._held:
            log.info("janitor.left_turn")
        self._connection, self._held = None, False


async def _connect(url: str) -> Connection[asyncpg.Record]:
    return await asyncpg.connect(
        url,
        timeout=ANSWER_SECONDS,
        server_settings={
            "application_name": APPLICATION,
            "tcp_keepalives_idle": "10",
            "tcp_keepalives_interval": "5",
            "tcp_keepalives_count": "3",
        },
    )
