"""`audit verify --all` over a log that the projector's own code wrote: digests alone, and with fold and read tables."""

from __future__ import annotations

import asyncio
import os
import resource
import statistics
import time
from itertools import islice
from typing import TYPE_CHECKING

from services.projector.audit.crew import verify_all
from services.projector.record import Arrival, record
from services.projector.store import Store
from services.runtime.chance import chance
from services.runtime.database import Database
from tests.bench import traffic

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from uuid import UUID

    from deploy.local.servers import Servers
    from services.projector.state import Placed

EVENTS = int(os.environ.get("HEATSTREAM_BENCH_EVENTS", "500000"))
EVENTS_A_TRANSACTION = 1000
RUNS = 3


async def bench(servers: Servers) -> AsyncIterator[dict[str, object]]:
    events = await _fill(servers.database_url)
    for part, chain_only in (("chain", True), ("chain, fold and tables", False)):
        rates = [await asyncio.to_thread(_rate, servers.database_url, events, chain_only) for _ in range(RUNS)]
        yield {
            "bench": "audit",
            "verified": part,
            "events": events,
            "processes": os.cpu_count(),
            "runs": RUNS,
            "events_per_second": round(statistics.median(rates)),
            "most_mb_a_process": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024,
        }


async def _fill(url: str) -> int:
    """Record traffic without a broker, until the log has `EVENTS` rows or a few more; returns their number."""
    async with Database(url, name="bench") as database:
        store = Store(database)
        async with database.connection() as connection:
            made = int(await connection.fetchval("SELECT count(*) FROM batch_events"))
        said = traffic.facts(traffic.USUAL)
        places: dict[UUID, Placed | None] = {}
        while made < EVENTS:
            arrivals = [Arrival(fact, None) for fact in islice(said, EVENTS_A_TRANSACTION)]
            before = {arrival.fact.batch_id: places.get(arrival.fact.batch_id) for arrival in arrivals}
            folded = record(before, arrivals, chance)
            await store.write("bench", before, folded)
            places |= folded.touched
            made += len(folded.recorded)
        async with database.connection() as connection:
            await connection.execute("VACUUM ANALYZE")  # or autovacuum does it meanwhile, and takes of the processors
    return made


def _rate(url: str, events: int, chain_only: bool) -> float:  # noqa: FBT001 - for a thread
    began = time.perf_counter()
    reports = [report for report, _ in verify_all(url, chain_only=chain_only)]
    seconds = time.perf_counter() - began
    if sum(report.events for report in reports) != events or any(report.differences for report in reports):
        raise RuntimeError("what was just written does not verify")
    return events / seconds
