"""The replayed tables take the place of the live ones, in one transaction, while events keep arriving."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

import asyncpg

from schema.errors import Rejected
from services.projector.replay.beside import TABLES, Beside
from services.projector.replay.moved import catch_up

if TYPE_CHECKING:
    from services.projector.replay.beside import Connection

#: How long a lock is waited for. Readers wait behind that, and where both wait for each other it is we who give way.
LOCK_MILLISECONDS = 500
PAUSE_SECONDS = 0.5
TRIES = 60


async def swap(connection: Connection, beside: Beside) -> float:
    """Returns for how many seconds appends were held back. Raises Rejected where a lock was not to be had.

    The projector touches `processing_batches` before the log, so the lock on it holds appends back with nothing of
    theirs begun. What they waited for is the new table then: names are looked up again behind a lock.
    """
    for _ in range(TRIES):
        try:
            async with connection.transaction():
                return await _swap(connection, beside)
        except (asyncpg.LockNotAvailableError, asyncpg.DeadlockDetectedError):
            await asyncio.sleep(PAUSE_SECONDS)
    raise Rejected("busy", "somebody holds on to the live tables: nothing was changed; try again when that is over")


async def _swap(connection: Connection, beside: Beside) -> float:
    live = [f"{beside.live}.{table}" for table in TABLES]
    await connection.execute(f"SET LOCAL lock_timeout = {LOCK_MILLISECONDS}")
    await connection.execute(f"LOCK TABLE {beside.live}.processing_batches IN SHARE ROW EXCLUSIVE MODE")
    held = time.monotonic()
    await connection.execute(f"LOCK TABLE {beside.live}.batch_events IN SHARE ROW EXCLUSIVE MODE")
    await catch_up(connection, beside)
    await connection.execute(f"LOCK TABLE {', '.join(live)} IN ACCESS EXCLUSIVE MODE")
    await connection.execute(f"DROP TABLE {', '.join(live)}")
    for table in TABLES:
        await connection.execute(f"ALTER TABLE {beside.into}.{table} SET SCHEMA {beside.live}")
    await beside.remove(connection)
    return time.monotonic() - held
