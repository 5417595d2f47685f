"""At most so many calls to the AI at a time, across all workers: the messages of a queue are the permits."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Self

import aio_pika
import structlog
from aiormq.exceptions import ChannelLockedResource  # the only one that aio-pika does not hand on

from schema.errors import Transient
from services.runtime.link import GONE, Link
from services.runtime.topology import AI_PERMITS, Topology, declare

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine

    from aio_pika.abc import AbstractChannel, AbstractConnection, AbstractIncomingMessage, AbstractQueue

    Permit = asyncio.Future[AbstractIncomingMessage]

log = structlog.get_logger()
#: Exclusive: while one connection has a queue of this name, no other can have it. Gone with its connection.
SEEDING = f"{AI_PERMITS}.seeding"
LOOK_AGAIN_SECONDS = 0.05
#: A permit that comes within this time was not waited for.
AT_ONCE_SECONDS = 0.5
BROKER_SECONDS = 10.0


class Permits:
    """The permits, of which there are to be `calls`.

    Who calls holds one message unacknowledged, by a consumer of its own that stays until the message is given back, so
    that a crash gives it back, and a queue without consumers has all its permits in it. Hence the counting: one starter
    at a time (`SEEDING` is its lock, which a crash frees) looks at the queue, and where nobody consumes, it adds what
    is missing or takes what is too many, one by one, and looks again until the number is right. A crash in the middle
    leaves too few or too many, and the next starter mends it. Where somebody consumes, the number is left as it is, and
    looked at again before each call until nobody did: so a changed `calls` takes hold at the first quiet moment.
    """

    def __init__(self, url: str, topology: Topology, calls: int, *, wait_seconds: float = BROKER_SECONDS) -> None:
        self._topology, self._calls, self._wait_seconds = topology, calls, wait_seconds
        self._link = Link(url, "heatstream-worker-ai-permits", self._session)
        self._counted = False
        self._counting = asyncio.Lock()
        self._apart_tasks = set[asyncio.Task[None]]()

    async def __aenter__(self) -> Self:
        await self._link.__aenter__()
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self._link.__aexit__(*exc)

    @asynccontextmanager
    async def held(self, waits: Callable[[], Awaitable[None]] | None = None) -> AsyncIterator[None]:
        """Hold a permit for the length of the block; `waits` is called once, if none is free at once.

        Raises Transient when the broker is away, or goes away meanwhile: the block is then cancelled, because another
        has its permit already.
        """
        await self._link.wait_up(self._wait_seconds)
        clock = asyncio.get_running_loop().time
        over = False
        try:
            async with asyncio.timeout(None) as life:

                def lost(*_: object) -> None:
                    if not (over or life.expired()):
                        life.reschedule(clock())

                channel = await self._open()
                permit: Permit = asyncio.get_running_loop().create_future()
                try:
                    channel.close_callbacks.add(lost)
                    await _ask(channel, permit, lost)
                    if waits is not None and not (await asyncio.wait({permit}, timeout=AT_ONCE_SECONDS))[0]:
                        await waits()
                    await permit
                    yield
                finally:
                    over = True
                    await self._give_back(channel, permit)
        except TimeoutError:
            if life.expired():
                raise Transient("the message broker went away during a call to the AI") from None
            raise

    async def _open(self) -> AbstractChannel:
        try:
            async with asyncio.timeout(BROKER_SECONDS):
                if not self._counted:
                    # To its end, even if who waits is cancelled: a forgotten lock would stop all that count.
                    await asyncio.shield(self._apart(self._count(self._connection)))
                return await self._connection.channel(publisher_confirms=False)
        except GONE as gone:
            raise Transient(f"the message broker gives no permit: {gone!r}") from gone

    def _apart(self, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._apart_tasks.add(task)
        task.add_done_callback(self._apart_tasks.discard)
        return task

    async def _give_back(self, channel: AbstractChannel, permit: Permit) -> None:
        """To its end, even if the one who waits for it is cancelled: a forgotten channel would keep its permit."""

        async def give_back() -> None:
            with suppress(*GONE):  # the broker has it back already
                if permit.done() and not permit.cancelled():
                    await permit.result().nack(requeue=True)  # before its consumer goes: see the class
                await channel.close()

        await asyncio.shield(self._apart(give_back()))

    @asynccontextmanager
    async def _session(self, connection: AbstractConnection, broken: asyncio.Event) -> AsyncIterator[None]:
        channel = await connection.channel()
        channel.close_callbacks.add(lambda *_: broken.set())
        await declare(channel, self._topology)
        self._connection, self._counted = connection, False
        await self._count(connection)
        yield

    async def _count(self, connection: AbstractConnection) -> None:
        """Make the permits as many as there are to be, where nobody has one or waits."""
        async with self._counting:
            channel, lock = await _locked(connection)
            try:
                self._counted = await _made(channel, self._calls)
            finally:
                with suppress(*GONE):  # the lock went with the connection
                    await lock.delete()
                    await channel.close()


async def _made(channel: AbstractChannel, calls: int) -> bool:
    """True once there are so many permits; False where somebody consumes, and nobody can tell."""
    while True:
        seen = (await channel.declare_queue(AI_PERMITS, passive=True)).declaration_result
        ready = seen.message_count or 0
        if seen.consumer_count:
            return False
        if ready == calls:
            log.info("ai_permits.counted", permits=calls)
            return True
        if ready < calls:
            permit = aio_pika.Message(b"", delivery_mode=aio_pika.DeliveryMode.PERSISTENT)
            await channel.default_exchange.publish(permit, AI_PERMITS, timeout=BROKER_SECONDS)
        else:
            # Settled as it is taken: one in the hand of a starter that dies would be miscounted by the next.
            await (await channel.get_queue(AI_PERMITS, ensure=False)).get(no_ack=True, fail=False)


async def _locked(connection: AbstractConnection) -> tuple[AbstractChannel, AbstractQueue]:
    """A channel, and the lock, which is ours until it is deleted or the connection ends."""
    while True:
        channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
        try:
            return channel, await channel.declare_queue(SEEDING, exclusive=True)
        except ChannelLockedResource:  # and the channel is closed
            await asyncio.sleep(LOOK_AGAIN_SECONDS)


async def _ask(channel: AbstractChannel, permit: Permit, lost: Callable[[], None]) -> None:
    """Have a permit come over this channel."""

    async def take(message: AbstractIncomingMessage) -> None:
        if not permit.done():  # one that comes after ours was given back goes with the channel
            permit.set_result(message)

    try:
        await channel.set_qos(prefetch_count=1)
        underlay = await channel.get_underlay_channel()
        underlay.on_consumer_cancel_callbacks.add(lambda _: lost())
        await (await channel.get_queue(AI_PERMITS, ensure=False)).consume(take)
    except GONE as gone:
        raise Transient(f"the message broker gives no permit: {gone!r}") from gone
