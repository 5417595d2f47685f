"""Permits to call the AI, on the real broker: never more than there are, and none lost."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

import aio_pika
import pytest

from schema.errors import Transient
from services.runtime.topology import AI_PERMITS, Topology, topology
from services.worker.ai_permits import SEEDING, Permits
from tests.integration.line import Line

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from aio_pika.abc import AbstractChannel

PATIENCE_SECONDS = 60
TOPOLOGY = Topology((), tuple(queue for queue in topology(1, 35).queues if queue.name == AI_PERMITS))


class Calls:
    """Calls that last until they are told to end, and how many there were at a time."""

    def __init__(self) -> None:
        self.now = self.most = self.done = 0
        self.may_end = asyncio.Event()
        self.changed = asyncio.Condition()

    async def call(self, permits: Permits) -> None:
        async with permits.held():
            self.now += 1
            self.most = max(self.most, self.now)
            await self._tell()
            await self.may_end.wait()
            await asyncio.sleep(0.01)
            self.now -= 1
            self.done += 1
        await self._tell()

    async def under_way(self, count: int) -> None:
        async with asyncio.timeout(PATIENCE_SECONDS), self.changed:
            await self.changed.wait_for(lambda: self.now == count)

    async def _tell(self) -> None:
        async with self.changed:
            self.changed.notify_all()


@pytest.fixture
async def channel(amqp_url: str) -> AsyncIterator[AbstractChannel]:
    async with await aio_pika.connect(amqp_url) as connection:
        yield await connection.channel()


async def look(channel: AbstractChannel) -> tuple[int | None, int | None]:
    """Permits in the queue, and who waits for one or has one."""
    seen = (await channel.declare_queue(AI_PERMITS, passive=True)).declaration_result
    return seen.message_count, seen.consumer_count


async def until(channel: AbstractChannel, ready: int, consumers: int = 0) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while await look(channel) != (ready, consumers):  # noqa: ASYNC110 - the broker changes it
            await asyncio.sleep(0.02)


def permits(url: str, calls: int = 10) -> Permits:
    return Permits(url, TOPOLOGY, calls)


async def opened(one: Permits) -> None:
    """Return when it is connected and has counted."""
    await one._link.wait_up(PATIENCE_SECONDS)


async def test_five_that_start_at_once_make_ten_permits(amqp_url: str, channel: AbstractChannel) -> None:
    async with AsyncExitStack() as stack:
        await asyncio.gather(*[opened(await stack.enter_async_context(permits(amqp_url))) for _ in range(5)])
        assert await look(channel) == (10, 0)


async def test_who_starts_counts_after_who_is_counting(amqp_url: str, channel: AbstractChannel) -> None:
    counting = await channel.declare_queue(SEEDING, exclusive=True)
    async with permits(amqp_url) as one:
        with pytest.raises(Transient):
            await one._link.wait_up(0.5)
        assert await look(channel) == (0, 0)
        await counting.delete()
        await opened(one)
        assert await look(channel) == (10, 0)


async def test_twenty_five_calls_of_three_workers_are_ten_at_a_time(amqp_url: str, channel: AbstractChannel) -> None:
    calls = Calls()
    async with AsyncExitStack() as stack:
        workers = [await stack.enter_async_context(permits(amqp_url)) for _ in range(3)]
        async with asyncio.timeout(PATIENCE_SECONDS), asyncio.TaskGroup() as group:
            for number in range(25):
                group.create_task(calls.call(workers[number % 3]))
            await calls.under_way(10)
            await until(channel, 0, 25)  # all others wait
            calls.may_end.set()
        assert (calls.most, calls.done) == (10, 25)
        await until(channel, 10)


async def test_another_number_takes_hold_when_nobody_calls(amqp_url: str, channel: AbstractChannel) -> None:
    for calls in (10, 4, 10):
        async with permits(amqp_url, calls) as one:
            await opened(one)
            assert await look(channel) == (calls, 0)
    async with permits(amqp_url) as old, AsyncExitStack() as later:
        async with old.held():
            new = await later.enter_async_context(permits(amqp_url, 4))
            await opened(new)
            assert await look(channel) == (9, 1)
        await until(channel, 10)
        async with new.held():
            assert await look(channel) == (3, 1)


async def test_what_a_starter_left_half_done_is_mended(amqp_url: str, channel: AbstractChannel) -> None:
    async with permits(amqp_url, 3) as one:
        await opened(one)
    for number in (3, 14):
        await (await channel.get_queue(AI_PERMITS)).purge()
        for _ in range(number):
            await channel.default_exchange.publish(aio_pika.Message(b""), AI_PERMITS)
        async with permits(amqp_url) as one:
            await opened(one)
            assert await look(channel) == (10, 0)


async def test_a_lost_line_ends_the_call_and_gives_the_permit_back(amqp_url: str, channel: AbstractChannel) -> None:
    async with Line(amqp_url).laid() as line, permits(line.url, 1) as one, permits(amqp_url, 1) as other:
        await opened(other)

        async def call() -> None:
            async with one.held():
                line.cut()
                await asyncio.Event().wait()

        with pytest.raises(Transient):
            await asyncio.wait_for(call(), PATIENCE_SECONDS)
        async with asyncio.timeout(PATIENCE_SECONDS), other.held():
            assert (await look(channel))[0] == 0
        line.mend()
        async with asyncio.timeout(PATIENCE_SECONDS):
            await opened(one)
            async with one.held():
                pass


async def test_a_line_that_is_lost_ends_the_wait(amqp_url: str, channel: AbstractChannel) -> None:
    async with Line(amqp_url).laid() as line, permits(amqp_url, 1) as one, permits(line.url, 1) as other:
        await opened(other)
        waiting = asyncio.Event()

        async def waits() -> None:
            waiting.set()
            line.cut()

        async with one.held():
            with pytest.raises(Transient):
                async with asyncio.timeout(PATIENCE_SECONDS), other.held(waits):
                    pytest.fail("there is one permit")
            assert waiting.is_set()
            await until(channel, 0, 1)
        await until(channel, 1)


async def test_without_a_broker_there_is_no_permit() -> None:
    async with Permits("amqp://guest:guest@127.0.0.1:9/", TOPOLOGY, 1, wait_seconds=0.1) as one:
        with pytest.raises(Transient):
            async with one.held():
                pytest.fail("nobody gave a permit")


async def test_who_is_cancelled_while_waiting_or_calling_leaves_nothing_behind(
    amqp_url: str, channel: AbstractChannel
) -> None:
    told, calls = asyncio.Queue[str](), Calls()

    async def waits() -> None:
        await told.put("waits")

    async with permits(amqp_url, 1) as one:
        calling = asyncio.create_task(calls.call(one))
        await calls.under_way(1)

        async def wait_in_vain() -> None:
            async with one.held(waits):
                pytest.fail("there is one permit")

        waiting = asyncio.create_task(wait_in_vain())
        async with asyncio.timeout(PATIENCE_SECONDS):
            await told.get()
        for task in (waiting, calling):
            task.cancel()
        await asyncio.wait({waiting, calling})
        assert waiting.cancelled()
        assert calling.cancelled()
        await until(channel, 1)
        async with one.held(waits):
            assert told.empty()


async def test_what_goes_wrong_in_a_call_is_raised_and_the_permit_given_back(
    amqp_url: str, channel: AbstractChannel
) -> None:
    async with permits(amqp_url, 1) as one:
        for _ in range(2):
            with pytest.raises(TimeoutError):
                async with one.held():
                    raise TimeoutError
        await until(channel, 1)
