"""What the projector is measured against: a bare drain of its queue, and its rows written without broker and fold."""

from __future__ import annotations

import asyncio
import time
from itertools import islice
from typing import TYPE_CHECKING

import aio_pika

from services.projector.inbox import MOST_EVENTS
from services.projector.partition import PREFETCH_MESSAGES
from services.projector.record import Arrival, record
from services.projector.store import Rows, Store
from services.runtime.chance import chance
from services.runtime.database import Database
from services.runtime.link import Connection
from services.runtime.topology import EVENTS, events_queue, topology
from services.runtime.topology import declare as declare_topology
from tests.bench import traffic

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from uuid import UUID

    from aio_pika.abc import AbstractIncomingMessage

    from services.projector.state import Placed

MOST_PARTITIONS = 2
TOPOLOGY = topology(MOST_PARTITIONS, 35)
QUEUES = [events_queue(number) for number in range(MOST_PARTITIONS)]
UNCONFIRMED = 1000
MESSAGES_AN_ACKNOWLEDGEMENT = 50
TRANSACTIONS_AT_A_TIME = 50


async def fill(amqp_url: str, messages: Iterable[tuple[int, bytes]]) -> int:
    """Emptied queues with these messages in them, by partition, each on disk; returns how many."""
    filled = 0
    async with await aio_pika.connect(amqp_url) as connection:
        channel = await connection.channel()
        await declare_topology(channel, TOPOLOGY)
        for queue in QUEUES:
            await (await channel.get_queue(queue)).purge()
        exchange = await channel.get_exchange(EVENTS)
        left = iter(messages)
        while load := list(islice(left, UNCONFIRMED)):
            await asyncio.gather(
                *(exchange.publish(aio_pika.Message(body, delivery_mode=2), str(number)) for number, body in load)
            )
            filled += len(load)
    return filled


async def waiting(amqp_url: str) -> int:
    """Messages in the queues that were given to nobody yet."""
    async with await aio_pika.connect(amqp_url) as connection:
        channel = await connection.channel()
        found = [await channel.declare_queue(queue, passive=True) for queue in QUEUES]
        return sum(queue.declaration_result.message_count or 0 for queue in found)


async def drained_per_second(
    amqp_url: str, messages: Iterable[tuple[int, bytes]], *, past_aio_pika: bool = False
) -> float:
    """Messages of the first partition had and acknowledged, in bulk, without a look into them.

    By aio-pika's queue, or past it, as the projector has them.
    """
    filled = await fill(amqp_url, messages)
    kind = Connection if past_aio_pika else aio_pika.Connection
    async with await aio_pika.connect(amqp_url, connection_class=kind) as connection:
        channel = await connection.channel(publisher_confirms=False)
        await channel.set_qos(prefetch_count=PREFETCH_MESSAGES)
        underlay = await channel.get_underlay_channel()
        newest, some_taken = 0, asyncio.Event()

        def take(tag: int, _: bytes) -> None:
            nonlocal newest
            newest = tag
            if tag % MESSAGES_AN_ACKNOWLEDGEMENT == 0 or tag == filled:
                some_taken.set()

        async def take_message(message: AbstractIncomingMessage) -> None:
            take(message.delivery_tag or 0, message.body)

        began = time.perf_counter()
        if isinstance(connection, Connection):
            await connection.deliveries.consume(underlay, QUEUES[0], take)
        else:
            await (await channel.get_queue(QUEUES[0])).consume(take_message)
        while newest < filled:
            await some_taken.wait()
            some_taken.clear()
            await underlay.basic_ack(newest, multiple=True, wait=False)
        return filled / (time.perf_counter() - began)


async def written_per_second(database_url: str, mix: traffic.Mix, events: int) -> float:
    """Events whose rows are written by COPY and upserts in micro-batches of full size.

    The rows are made while the clock stands: some at a time, or a minute's would not fit.
    """
    transactions, seconds = _rows(mix, events), 0.0
    async with Database(database_url, name="bench") as database:
        store = Store(database)
        while some := list(islice(transactions, TRANSACTIONS_AT_A_TIME)):
            began = time.perf_counter()
            for rows in some:
                await store.put(rows)
            seconds += time.perf_counter() - began
    return events / seconds


def _rows(mix: traffic.Mix, events: int) -> Iterator[Rows]:
    said = islice(traffic.facts(mix), events)
    places: dict[UUID, Placed | None] = {}
    while arrivals := [Arrival(fact, None) for fact in islice(said, MOST_EVENTS)]:
        before = {one.fact.batch_id: places.get(one.fact.batch_id) for one in arrivals}
        folded = record(before, arrivals, chance)
        yield Rows.of(QUEUES[0], before, folded)
        places |= {batch_id: None if place.batch.status.over else place for batch_id, place in folded.touched.items()}
