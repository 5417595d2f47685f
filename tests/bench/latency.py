"""From publish to visible: a publisher at a steady pace, the projector as a process, a listener for its commits."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections import defaultdict
from itertools import islice
from typing import TYPE_CHECKING

import asyncpg

from services.runtime.database import CHANNEL
from services.runtime.event_publisher import EventPublisher
from services.runtime.publisher import Publisher
from tests.bench import traffic
from tests.bench.limits import TOPOLOGY

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from uuid import UUID

    from deploy.local.servers import Servers
    from schema.cloudevents import Fact

LONE_PAUSE_SECONDS = 0.05
MOST_SECONDS = 30
#: The first events find cold caches and a connection that is just being made.
COLD_SHARE = 0.1


async def percentiles(up: Servers, mix: traffic.Mix, events: int, events_per_second: int | None) -> dict[str, float]:
    """Milliseconds from when an event was due to the word of its commit; None publishes one alone at a time."""
    facts = list(islice(traffic.facts(mix), events))
    told: defaultdict[str, list[float]] = defaultdict(list)
    connection = await asyncpg.connect(up.database_url)

    def heard(*said: object) -> None:
        now = time.perf_counter()
        for batch_id in str(said[3]).split(","):
            told[batch_id].append(now)

    await connection.add_listener(CHANNEL, heard)
    async with Publisher(up.amqp_url, "bench", TOPOLOGY) as publisher, EventPublisher(publisher, 1) as publishing:
        due = await _published(facts, publishing, events_per_second)
    commits = await _commits(connection, len(facts))
    await connection.close()
    seen = []
    for fact in facts[int(len(facts) * COLD_SHARE) :]:
        # The nth transaction of a batch is the nth that was told of it.
        batch_id, nth = commits[fact.id]
        seen.append((told[batch_id][nth] - due[fact.id]) * 1000)
    cuts = statistics.quantiles(seen, n=100)
    return {"p50_ms": round(cuts[49], 2), "p99_ms": round(cuts[98], 2), "most_ms": round(max(seen), 1)}


async def _published(facts: list[Fact], publishing: EventPublisher, events_per_second: int | None) -> dict[UUID, float]:
    """When each was due: a publisher that falls behind does not hide it."""
    due: dict[UUID, float] = {}
    if events_per_second is None:
        for fact in facts:
            due[fact.id] = time.perf_counter()
            await publishing.publish(fact)
            await asyncio.sleep(LONE_PAUSE_SECONDS)
        return due
    async with asyncio.TaskGroup() as tasks:
        async for fact, at in _paced(facts, events_per_second):
            due[fact.id] = at
            tasks.create_task(publishing.publish(fact))
    return due


async def _paced(facts: list[Fact], events_per_second: int) -> AsyncIterator[tuple[Fact, float]]:
    began = time.perf_counter()
    for number, fact in enumerate(facts):
        at = began + number / events_per_second
        if (early := at - time.perf_counter()) > 0:
            await asyncio.sleep(early)
        yield fact, at


async def _commits(connection: asyncpg.Connection[asyncpg.Record], events: int) -> dict[UUID, tuple[str, int]]:
    """Of each event its batch, and the number of the transaction of that batch in which it was written."""
    statement = (
        "SELECT message_id, batch_id::text, source, dense_rank() OVER (PARTITION BY batch_id ORDER BY recorded_at) - 1 "
        "FROM batch_events"
    )
    async with asyncio.timeout(MOST_SECONDS):
        while True:
            rows = [row for row in await connection.fetch(statement) if row[2] != "heatstream/projector"]
            if len(rows) == events:
                return {row[0]: (row[1], row[3]) for row in rows}
            await asyncio.sleep(0.1)
