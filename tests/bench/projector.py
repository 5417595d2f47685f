"""The projector against a bare drain of the same queue with the same messages: how near it is to its transport."""

from __future__ import annotations

import asyncio
import gc
import statistics
import time
from typing import TYPE_CHECKING

import aio_pika

from services.projector.partition import PREFETCH_MESSAGES, Partition
from services.projector.store import Store
from services.runtime.database import Database
from services.runtime.event_publisher import EventPublisher
from services.runtime.link import Link
from services.runtime.publisher import Publisher
from services.runtime.topology import events_queue, topology
from tests.bench import traffic

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from aio_pika.abc import AbstractIncomingMessage

    from deploy.local.servers import Servers
    from schema.cloudevents import Fact
    from services.projector.record import Folded

BATCHES = 500
RUNS = 3
TOPOLOGY = topology(1, 35)


async def bench(servers: Servers) -> AsyncIterator[dict[str, object]]:
    """`RUNS` pairs, one after the other, so that a machine whose speed drifts moves both."""
    drained, projected = [], []
    for run in range(RUNS):
        said = traffic.facts(BATCHES, seed=run)
        messages = await _fill(servers, said)
        drained.append(len(said) / await _drain(servers, messages))
        await _fill(servers, said)
        projected.append(len(said) / await _project(servers, len(said)))
    yield {
        "bench": "projector",
        "events": BATCHES * traffic.EVENTS_A_BATCH,
        "events_a_message": round(BATCHES * traffic.EVENTS_A_BATCH / messages, 1),
        "runs": RUNS,
        "projected_events_per_second": round(statistics.median(projected)),
        "drained_events_per_second": round(statistics.median(drained)),
        "ratio": round(statistics.median(a / b for a, b in zip(projected, drained, strict=True)), 3),
    }


async def _fill(servers: Servers, said: list[Fact]) -> int:
    """Publish as workers under load do; returns the number of messages that it took."""
    async with Publisher(servers.amqp_url, "bench", TOPOLOGY) as publisher:
        async with EventPublisher(publisher, 1) as events:
            await asyncio.gather(*(events.publish(fact) for fact in said))
        async with await aio_pika.connect(servers.amqp_url) as connection:
            queue = await (await connection.channel()).get_queue(events_queue(0))
            return int((await queue.declare()).message_count or 0)


async def _drain(servers: Servers, messages: int) -> float:
    """Seconds that it takes to have every message and to acknowledge it, in bulk, without looking into it."""
    async with await aio_pika.connect(servers.amqp_url) as connection:
        channel = await connection.channel(publisher_confirms=False)
        await channel.set_qos(prefetch_count=PREFETCH_MESSAGES)
        underlay = await channel.get_underlay_channel()
        queue, taken, all_taken = await channel.get_queue(events_queue(0)), 0, asyncio.Event()

        async def take(message: AbstractIncomingMessage) -> None:
            nonlocal taken
            taken += 1
            if taken % 50 == 0 or taken == messages:
                await underlay.basic_ack(message.delivery_tag or 0, multiple=True, wait=False)
            if taken == messages:
                all_taken.set()

        began = time.perf_counter()
        await queue.consume(take)
        await all_taken.wait()
        return time.perf_counter() - began


async def _project(servers: Servers, events: int) -> float:
    """Seconds from the projector's first consume to the commit of the last event."""
    written, all_written = 0, asyncio.Event()

    def committed(folded: Folded) -> None:
        nonlocal written
        written += sum(row.fact.source == "heatstream/worker" for row in folded.recorded)
        if written == events:
            all_written.set()

    thresholds = gc.get_threshold()
    gc.set_threshold(100_000, 50, 50)  # as its process does
    async with Database(servers.database_url, name="bench") as database:
        partition = Partition(0, Store(database), TOPOLOGY, committed=committed)
        began = time.perf_counter()
        async with Link(servers.amqp_url, "bench", partition.session):
            await all_written.wait()
            seconds = time.perf_counter() - began
    gc.set_threshold(*thresholds)
    return seconds
