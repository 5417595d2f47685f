from __future__ import annotations

import asyncio

import asyncpg


async def until_somebody_waits_for_a_lock(database_url: str) -> None:
    """Return once a session of this database waits for an advisory lock."""
    waiting = (
        "SELECT EXISTS (SELECT FROM pg_locks JOIN pg_database d ON d.oid = database"
        " WHERE locktype = 'advisory' AND NOT granted AND datname = current_database())"
    )
    connection = await asyncpg.connect(database_url)
    try:
        async with asyncio.timeout(20):
            while not await connection.fetchval(waiting):  # noqa: ASYNC110 - the server says nothing of it
                await asyncio.sleep(0.01)
    finally:
        await connection.close()
