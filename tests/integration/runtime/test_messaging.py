"""Publisher, event publisher and consumer on the real broker, over a line that can be cut."""

from __future__ import annotations

import asyncio
import contextlib
from datetime import timedelta
from typing import TYPE_CHECKING

import aio_pika
import orjson
import pytest
from aio_pika.exceptions import ChannelNotFoundEntity

from schema.cloudevents import BATCH_CONTENT_TYPE, Fact
from schema.errors import Poison, Transient
from schema.events import BatchCancelled
from services.runtime.clock import new_id, now
from services.runtime.consumer import Consumer
from services.runtime.dead_letters.death import Death
from services.runtime.event_publisher import EventPublisher
from services.runtime.link import Link
from services.runtime.publisher import Publisher
from services.runtime.topology import COMMANDS, COMMANDS_DEAD, HISTORY, declare, events_queue, topology
from tests.integration.line import Line

if TYPE_CHECKING:
    from aio_pika.abc import AbstractConnection, AbstractIncomingMessage

TOPOLOGY = topology(1, 35)
PATIENCE_SECONDS = 20


def command(body: bytes) -> aio_pika.Message:
    return aio_pika.Message(body, delivery_mode=2, headers={"x-death": "the broker's own", "ours": "stays"})


async def drained(amqp_url: str, queue_name: str, count: int) -> list[AbstractIncomingMessage]:
    """The next `count` messages of a queue, taken off it."""
    taken: list[AbstractIncomingMessage] = []
    async with await aio_pika.connect(amqp_url) as connection, asyncio.timeout(PATIENCE_SECONDS):
        channel = await connection.channel()
        await declare(channel, TOPOLOGY)
        async with (await channel.get_queue(queue_name)).iterator() as messages:
            async for message in messages:
                await message.ack()
                taken.append(message)
                if len(taken) == count:
                    break
    return taken


async def made_again(connection: AbstractConnection, queue_name: str) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            channel = await connection.channel()
            with contextlib.suppress(ChannelNotFoundEntity):
                await channel.declare_queue(queue_name, passive=True)
                return


async def test_what_no_queue_takes_raises(amqp_url: str) -> None:
    async with Publisher(amqp_url, "test", TOPOLOGY) as publisher:
        with pytest.raises(Transient, match="no queue takes"):
            await publisher.publish("", "heatstream.nowhere", command(b"{}"))


async def test_what_is_published_at_once_arrives_whole_and_in_order_and_fails_alone(amqp_url: str) -> None:
    whole_frame = 131_072 - 8
    bodies = [b"%d" % number + b"." * size for number, size in enumerate((0, 300_000, whole_frame - 1, whole_frame, 7))]
    async with Publisher(amqp_url, "test", TOPOLOGY) as publisher:
        outcomes = await asyncio.gather(
            *(publisher.publish(COMMANDS, "batch.cancel", command(body)) for body in (b"", *bodies)),
            publisher.publish("", "heatstream.nowhere", command(b"lost")),
            *(publisher.publish(COMMANDS, "batch.cancel", command(b"%d" % number)) for number in range(200)),
            return_exceptions=True,
        )
    failed = [place for place, outcome in enumerate(outcomes) if outcome is not None]
    assert failed == [1 + len(bodies)]
    assert isinstance(outcomes[failed[0]], Transient)
    arrived = [message.body for message in await drained(amqp_url, COMMANDS, len(outcomes) - 1)]
    assert arrived == [b"", *bodies, *(b"%d" % number for number in range(200))]


async def test_a_broker_that_is_away_is_said_in_time_and_comes_back(amqp_url: str) -> None:
    async with Line(amqp_url).laid() as line, Publisher(line.url, "test", TOPOLOGY, wait_seconds=0.2) as publisher:
        await publisher.publish(COMMANDS, "batch.cancel", command(b"1"))
        line.cut()
        with pytest.raises(Transient):
            await publisher.publish(COMMANDS, "batch.cancel", command(b"2"))
        line.mend()
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                try:
                    await publisher.publish(COMMANDS, "batch.cancel", command(b"3"))
                    break
                except Transient:
                    continue
    assert [message.body for message in await drained(amqp_url, COMMANDS, 2)] == [b"1", b"3"]


async def test_events_leave_alone_when_alone_and_together_under_load_in_order(amqp_url: str) -> None:
    batch = new_id()
    facts = [Fact(new_id(), batch, now(), "test", BatchCancelled()) for _ in range(500)]
    async with Publisher(amqp_url, "test", TOPOLOGY) as publisher, EventPublisher(publisher, 1) as events:
        await events.publish(facts[0])
        await asyncio.gather(*(events.publish(fact) for fact in facts[1:]))
    messages = await drained(amqp_url, events_queue(0), 8)
    sent = [[event["id"] for event in orjson.loads(message.body)] for message in messages]
    assert len(sent[0]) == 1
    assert [identifier for message in sent for identifier in message] == [str(fact.id) for fact in facts]
    assert max(len(message) for message in sent) == 100
    assert {message.content_type for message in messages} == {BATCH_CONTENT_TYPE}


async def test_the_history_keeps_what_the_queue_gave_away(amqp_url: str) -> None:
    fact = Fact(new_id(), new_id(), now(), "test", BatchCancelled())
    async with Publisher(amqp_url, "test", TOPOLOGY) as publisher, EventPublisher(publisher, 1) as events:
        await events.publish(fact)
    await drained(amqp_url, events_queue(0), 1)
    async with await aio_pika.connect(amqp_url) as connection, asyncio.timeout(PATIENCE_SECONDS):
        channel = await connection.channel()
        await channel.set_qos(prefetch_count=1)
        tap, heard = await channel.get_queue(HISTORY), asyncio.Queue[bytes]()

        async def hear(message: AbstractIncomingMessage) -> None:
            await message.ack()
            heard.put_nowait(message.body)

        await tap.consume(hear, arguments={"x-stream-offset": "first"})
        assert orjson.loads(await heard.get())[0]["id"] == str(fact.id)


async def test_what_a_handler_raised_becomes_one_broker_action(amqp_url: str) -> None:
    seen: list[bytes] = []
    done, began = asyncio.Event(), now()

    async def handle(message: AbstractIncomingMessage) -> None:
        seen.append(message.body)
        match message.body:
            case b"poison":
                raise Poison("not_json", "it is no JSON")
            case b"bug":
                raise ZeroDivisionError
            case b"busy" if seen.count(b"busy") == 1:
                raise Transient("the database is away")
            case b"last":
                done.set()

    consumer = Consumer(COMMANDS, COMMANDS_DEAD, handle, topology=TOPOLOGY, prefetch=1, drain_seconds=2)
    async with Publisher(amqp_url, "test", TOPOLOGY) as publisher:
        for body in (b"fine", b"poison", b"bug", b"busy", b"last"):
            await publisher.publish(COMMANDS, "batch.submit", command(body))
        async with Link(amqp_url, "consumer", consumer.session):
            await asyncio.wait_for(done.wait(), PATIENCE_SECONDS)
    assert seen == [b"fine", b"poison", b"bug", b"busy", b"busy", b"last"]
    dead = await drained(amqp_url, COMMANDS_DEAD, 2)
    assert [(message.body, message.headers["x-reason"], message.headers["ours"]) for message in dead] == [
        (b"poison", "not_json", "stays"),
        (b"bug", "bug", "stays"),
    ]
    assert not any("x-death" in message.headers for message in dead)
    for message in dead:
        died = Death.of(message.headers).at
        assert died is not None
        assert began - timedelta(seconds=1) <= died <= now()  # AMQP's times are whole seconds


async def test_a_stop_lets_work_finish_and_gives_the_rest_back(amqp_url: str) -> None:
    started, finished = asyncio.Queue[bytes](), list[bytes]()

    async def handle(message: AbstractIncomingMessage) -> None:
        started.put_nowait(message.body)
        await asyncio.sleep(0.2 if message.body == b"quick" else 60)
        finished.append(message.body)

    consumer = Consumer(COMMANDS, COMMANDS_DEAD, handle, topology=TOPOLOGY, prefetch=10, drain_seconds=0.6)
    async with Publisher(amqp_url, "test", TOPOLOGY) as publisher:
        for body in (b"quick", b"slow"):
            await publisher.publish(COMMANDS, "batch.submit", command(body))
        async with Link(amqp_url, "consumer", consumer.session):
            for _ in range(2):
                await asyncio.wait_for(started.get(), PATIENCE_SECONDS)
    assert finished == [b"quick"]
    assert [message.body for message in await drained(amqp_url, COMMANDS, 1)] == [b"slow"]


async def test_a_cut_line_leaves_no_deaf_consumer(amqp_url: str) -> None:
    heard = asyncio.Queue[bytes]()

    async def handle(message: AbstractIncomingMessage) -> None:
        heard.put_nowait(message.body)

    consumer = Consumer(COMMANDS, COMMANDS_DEAD, handle, topology=TOPOLOGY, prefetch=10, drain_seconds=1)
    async with (
        Line(amqp_url).laid() as line,
        Publisher(amqp_url, "test", TOPOLOGY) as publisher,
        Link(line.url, "consumer", consumer.session) as link,
    ):
        for body in (b"one", b"two", b"three"):
            await link.wait_up(PATIENCE_SECONDS)
            await publisher.publish(COMMANDS, "batch.submit", command(body))
            # What was cut before its ack comes again; what matters is that the new one comes.
            while await asyncio.wait_for(heard.get(), PATIENCE_SECONDS) != body:
                pass
            line.cut()
            line.mend()


async def test_a_consumer_whose_queue_was_deleted_makes_it_again(amqp_url: str) -> None:
    heard = asyncio.Queue[bytes]()

    async def handle(message: AbstractIncomingMessage) -> None:
        heard.put_nowait(message.body)

    consumer = Consumer(COMMANDS, COMMANDS_DEAD, handle, topology=TOPOLOGY, prefetch=10, drain_seconds=1)
    async with Link(amqp_url, "consumer", consumer.session) as link:
        await link.wait_up(PATIENCE_SECONDS)
        async with await aio_pika.connect(amqp_url) as connection:
            await (await connection.channel()).queue_delete(COMMANDS)
            await made_again(connection, COMMANDS)
        async with Publisher(amqp_url, "test", TOPOLOGY) as publisher:
            await publisher.publish(COMMANDS, "batch.submit", command(b"again"))
            assert await asyncio.wait_for(heard.get(), PATIENCE_SECONDS) == b"again"


async def test_a_stop_does_not_wait_for_a_broker_that_never_answers() -> None:
    async def accept(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await over.wait()
        writer.close()

    over = asyncio.Event()
    async with await asyncio.start_server(accept, "127.0.0.1", 0) as silent:
        port = silent.sockets[0].getsockname()[1]
        async with (
            asyncio.timeout(2),
            Publisher(f"amqp://127.0.0.1:{port}/", "test", TOPOLOGY, wait_seconds=0.2) as publisher,
        ):
            with pytest.raises(Transient):
                await publisher.publish(COMMANDS, "batch.cancel", command(b"{}"))
        over.set()
