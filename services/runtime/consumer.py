from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import structlog
from aio_pika.exceptions import ChannelInvalidStateError

from schema.errors import Poison, Transient
from services.runtime.again import again
from services.runtime.clock import now
from services.runtime.dead_letters.death import ORIGIN, REASON, SENTENCE, SINCE
from services.runtime.link import GONE
from services.runtime.topology import Topology, declare

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from aio_pika.abc import AbstractChannel, AbstractConnection, AbstractIncomingMessage, HeadersType

log = structlog.get_logger()
LONGEST_PAUSE_SECONDS = 30.0


class Consumer:
    """Takes messages of one queue; what its handler raised becomes exactly one broker action.

    Nothing: ack. Poison: to `dead` with its reason, then ack. Transient: the same message is tried again here, with
    growing pauses, for as long as this process lives. Anything else is a bug: to `dead` with its traceback logged.
    A stop gives unfinished messages back. `session` is a Link's session.
    """

    def __init__(  # noqa: PLR0913 - each is one property of the one consumer
        self,
        queue: str,
        dead: str,
        handler: Callable[[AbstractIncomingMessage], Awaitable[None]],
        *,
        topology: Topology,
        prefetch: int,
        drain_seconds: float,
    ) -> None:
        self._queue, self._dead, self._handler = queue, dead, handler
        self._topology, self._prefetch, self._drain_seconds = topology, prefetch, drain_seconds

    @asynccontextmanager
    async def session(self, connection: AbstractConnection, broken: asyncio.Event) -> AsyncIterator[None]:
        channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
        channel.close_callbacks.add(lambda *_: broken.set())
        await declare(channel, self._topology)
        await channel.set_qos(prefetch_count=self._prefetch)
        running: set[asyncio.Task[None]] = set()

        async def take(message: AbstractIncomingMessage) -> None:
            task = asyncio.create_task(self._settle(channel, message))
            running.add(task)
            task.add_done_callback(running.discard)

        underlay = await channel.get_underlay_channel()
        underlay.on_consumer_cancel_callbacks.add(lambda _: broken.set())
        queue = await channel.get_queue(self._queue, ensure=False)
        tag = await queue.consume(take)
        try:
            yield
            if not broken.is_set():
                await queue.cancel(tag)
                await self._drain(running)
        finally:
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)

    async def _drain(self, running: set[asyncio.Task[None]]) -> None:
        if running:
            await asyncio.wait(set(running), timeout=self._drain_seconds)

    async def _settle(self, channel: AbstractChannel, message: AbstractIncomingMessage) -> None:
        try:
            await self._handle(channel, message)
        except asyncio.CancelledError:
            await _give_back(message)
            raise
        except ChannelInvalidStateError:
            log.warning("message.connection_lost", queue=self._queue)  # it comes again, and the work is repeatable
        except GONE as refused:
            log.warning("message.forward_refused", queue=self._queue, error=repr(refused))
            await asyncio.sleep(1)
            await _give_back(message)

    async def _handle(self, channel: AbstractChannel, message: AbstractIncomingMessage) -> None:
        pause = 0.5
        while True:
            try:
                await self._handler(message)
            except Transient as away:
                log.warning("message.waits", queue=self._queue, error=str(away), pause_seconds=pause)
                await asyncio.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE_SECONDS)
                continue
            except Poison as poison:
                log.warning("message.set_aside", queue=self._queue, reason=poison.reason, sentence=poison.sentence)
                await self._bury(channel, message, poison.reason, poison.sentence)
            except Exception as bug:
                log.exception("message.handler_failed", queue=self._queue)
                # Its kind only: what an exception says may quote a child's name.
                await self._bury(channel, message, "bug", type(bug).__name__)
            await message.ack()
            return

    async def _bury(
        self, channel: AbstractChannel, message: AbstractIncomingMessage, reason: str, sentence: str
    ) -> None:
        """Confirmed before the ack that follows: a crash between the two repeats, and never loses."""
        died: HeadersType = {REASON: reason, SENTENCE: sentence[:500], ORIGIN: self._queue, SINCE: now()}
        await channel.default_exchange.publish(again(message, adding=died), self._dead, timeout=10)


async def _give_back(message: AbstractIncomingMessage) -> None:
    try:
        await message.nack(requeue=True)
    except GONE:
        log.debug("message.given_back_by_the_broker")
