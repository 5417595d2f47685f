"""Another count of partitions: drained first, nothing is lost or out of order; what was left behind is told."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING

import aio_pika
import pytest
from structlog.testing import capture_logs

from schema.cloudevents import Fact
from schema.identity import partition_of
from services.projector.left_behind import LeftBehind
from services.projector.partition import Partition
from services.projector.store import Store
from services.runtime.clock import new_id, now
from services.runtime.database import Database
from services.runtime.event_publisher import EventPublisher
from services.runtime.link import Link
from services.runtime.publisher import Publisher
from services.runtime.topology import declare, events_queue, topology
from tests.integration.projector.rig import PATIENCE_SECONDS, Rig, whole_batch

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

MOST = 5
UNFINISHED = "SELECT last_event_id, count(*)::int FROM processing_batches GROUP BY 1"
FINISHED = "SELECT status, count(*)::int FROM processing_batches GROUP BY 1"


@pytest.fixture(autouse=True)
async def queues(amqp_url: str) -> AsyncIterator[None]:
    """Of the largest count, empty; afterwards there is the first one only, as every other test expects."""
    async with await aio_pika.connect(amqp_url) as connection:
        channel = await connection.channel()
        await declare(channel, topology(MOST, 35))
        yield
        for number in range(1, MOST):
            await channel.queue_delete(events_queue(number))


@asynccontextmanager
async def publishing(amqp_url: str, partitions: int) -> AsyncIterator[EventPublisher]:
    async with (
        Publisher(amqp_url, "test", topology(partitions, 35)) as publisher,
        EventPublisher(publisher, partitions) as events,
    ):
        yield events


@asynccontextmanager
async def projecting(rig: Rig, partitions: int) -> AsyncIterator[None]:
    async with Database(rig.database_url, name="test") as database, AsyncExitStack() as stack:
        for number in range(partitions):
            partition = Partition(number, Store(database), topology(partitions, 35))
            await stack.enter_async_context(Link(rig.amqp_url, f"test-{number}", partition.session))
        yield


@pytest.mark.parametrize(("before", "after"), [(2, MOST), (MOST, 2)])
async def test_batches_go_on_with_another_count_once_the_queues_are_drained(rig: Rig, before: int, after: int) -> None:
    batches = [new_id() for _ in range(20)]
    assert any(partition_of(batch, before) != partition_of(batch, after) for batch in batches)
    facts = {
        batch: [Fact(new_id(), batch, now(), "heatstream/worker", event) for event in whole_batch(batch, 2)]
        for batch in batches
    }
    async with publishing(rig.amqp_url, before) as events, projecting(rig, before):
        await asyncio.gather(*(events.publish(fact) for batch in batches for fact in facts[batch][:3]))
        await rig.until(UNFINISHED, (4, len(batches)))
    async with publishing(rig.amqp_url, after) as events, projecting(rig, after):
        await asyncio.gather(*(events.publish(fact) for batch in batches for fact in facts[batch][3:]))
        await rig.until(FINISHED, ("completed", len(batches)))
    for batch in batches:
        written = "SELECT message_id FROM batch_events WHERE batch_id = $1 AND message_id = ANY($2) ORDER BY event_id"
        messages = [fact.id for fact in facts[batch]]
        assert await rig.rows(written, batch, messages) == messages
    await rig.dense()


async def test_events_beyond_the_count_are_told_of(rig: Rig) -> None:
    batches = [new_id() for _ in range(20)]
    async with publishing(rig.amqp_url, MOST) as events:
        for batch in batches:
            await events.publish(Fact(new_id(), batch, now(), "heatstream/worker", whole_batch(batch, 1)[0]))
    with capture_logs() as logs:
        async with Link(rig.amqp_url, "test", LeftBehind(3).session) as link:
            await link.wait_up(PATIENCE_SECONDS)
    told = {line["partition"]: line["messages"] for line in logs if line["event"] == "partition.left_behind"}
    beyond = [partition_of(batch, MOST) for batch in batches]
    assert told == {number: beyond.count(number) for number in (3, 4) if number in beyond}
