"""A replay beside the same fold wholly in SQL, of the same log into the same tables with the same indexes.

HEATSTREAM_EVENTS says how many events the log has: 500000 unless it does, and 5000000 for the long form.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from schema import identity
from services.projector.replay.beside import ALL, EVENTS_A_RANGE, Beside, beside
from services.projector.replay.compare import compare
from services.projector.replay.finish import finish
from services.projector.replay.replay import replay
from services.runtime.database import Database
from tests.bench import made_log

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from deploy.local.servers import Servers
    from services.projector.replay.beside import Connection

EVENTS = int(os.environ.get("HEATSTREAM_EVENTS", "500000"))
RUNS = 3
LOOK_SECONDS = 0.1
SQL_FOLD = (Path(__file__).parent / "fold.sql").read_text()
Line = dict[str, object]


async def bench(servers: Servers) -> AsyncIterator[Line]:
    """`RUNS` pairs, one after the other, so that a machine whose speed drifts moves both."""
    workers = os.cpu_count() or 1
    async with (
        Database(servers.database_url, name="bench", most_connections=workers + 2, statement_seconds=None) as database,
        database.connection() as connection,
    ):
        await connection.execute("ALTER TABLE batch_events DISABLE TRIGGER USER")
        await connection.execute("TRUNCATE batch_events")
        await connection.execute("ALTER TABLE batch_events ENABLE TRIGGER USER")
        events = await made_log.fill(connection, EVENTS)
        await connection.execute("VACUUM ANALYZE batch_events")
        replayed, in_sql, peaks = [], [], []
        for _ in range(RUNS):
            in_sql.append(events / await _in_sql(database, connection, workers))
            peak = asyncio.create_task(_peak_memory())
            report = await replay(servers.database_url, "replayed", lambda *_: None, workers=workers, anew=True)
            peak.cancel()
            replayed.append(report.events / report.seconds)
            peaks.append(await peak)
            await _check(connection)
    yield {
        "bench": "replay",
        "events": events,
        "runs": RUNS,
        "workers": workers,
        "replayed_events_per_second": round(statistics.median(replayed)),
        "in_sql_events_per_second": round(statistics.median(in_sql)),
        "ratio": round(statistics.median(a / b for a, b in zip(replayed, in_sql, strict=True)), 3),
        "at_least": 0.5,
        "peak_memory_mb": max(peaks),
        "load": round(os.getloadavg()[0], 1),
    }


async def _in_sql(database: Database, connection: Connection, side_by_side: int) -> float:
    """Seconds for making the tables, filling them by `side_by_side` statements at a time, and their indexes."""
    schema = await beside(connection, "in_sql")
    await schema.remove(connection)
    await connection.execute('CREATE EXTENSION IF NOT EXISTS "uuid-ossp"')
    turns = asyncio.Semaphore(side_by_side)

    async def fill(statement: str) -> None:
        async with turns, database.connection() as other:
            await schema.enter(other)
            await other.execute("SET search_path = in_sql, public")
            await other.execute("SET synchronous_commit = off")
            await other.execute(statement)

    began = time.perf_counter()
    await schema.make(connection, ALL, EVENTS_A_RANGE)
    namespace = f"'{identity.NAMESPACE}'::uuid"
    await asyncio.gather(*(fill(each) for each in SQL_FOLD.replace(":namespace", namespace).split(";\n\n")))
    await finish(database, schema, side_by_side, lambda *_: None)
    return time.perf_counter() - began


async def _check(connection: Connection) -> None:
    """Both ways to the same rows: else they would not be compared."""
    found = await compare(connection, Beside(into="replayed", live="in_sql"), lambda *_: None)
    if found.differences:
        raise AssertionError(f"SQL and the fold differ: {found.rows}, the first by {found.differences[0]}")


async def _peak_memory() -> int:
    """Megabytes that this process and its workers have at most, when it is cancelled."""
    peak = 0
    try:
        while True:
            ours = [psutil.Process(), *psutil.Process().children(recursive=True)]
            memory = 0
            for process in ours:
                with suppress(psutil.Error):  # it may be over by now
                    if "python" in process.name():
                        memory += process.memory_info().rss
            peak = max(peak, memory)
            await asyncio.sleep(LOOK_SECONDS)
    except asyncio.CancelledError:
        return round(peak / 2**20)
