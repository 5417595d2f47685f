from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING

from aio_pika.exceptions import ChannelNotFoundEntity

from schema.errors import Transient
from services.runtime.dead_letters.letter import Letter
from services.runtime.link import GONE

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable

    from aio_pika.abc import AbstractChannel, AbstractConnection, AbstractQueue
    from aio_pika.abc import AbstractIncomingMessage as Incoming

#: Letters that one channel holds; with more, another is opened.
HELD_AT_A_TIME = 500
#: After such a silence the queue is asked whether it has any more; another reader may have taken the rest.
SILENCE_SECONDS = 0.5
MOST_SILENCES = 60
#: As a delivery tag: every message that the channel holds.
_ALL = 0


class Pile:
    """The letters that a dead-letter queue held when it was opened: `count` of them at most, oldest first.

    What is not acknowledged goes back to its place when the pile is closed; where its owner dies, it goes back as well,
    and in order what one channel held. A letter that comes while the pile is gone through is not part of it: so a
    letter that is put back at work and dies again at once does not keep anybody here for ever.
    """

    def __init__(self, connection: AbstractConnection, queue: str, count: int) -> None:
        self._connection, self._queue, self.count = connection, queue, count
        self._held: list[tuple[AbstractChannel, AbstractQueue, str]] = []

    async def letters(self) -> AsyncIterator[Letter]:
        """Each letter, to be acknowledged before the next is asked for, or not at all. Raises what the broker raises.

        They are consumed, not got one by one: a quorum queue takes what one consumer held back in its order, and what
        was got in the order of the texts of delivery tags (1, 10, 11, 2).
        """
        left = self.count
        while left:
            channel = await self._connection.channel(publisher_confirms=False)
            await channel.set_qos(prefetch_count=HELD_AT_A_TIME)
            queue = await channel.declare_queue(self._queue, passive=True)
            arrived: asyncio.Queue[Incoming] = asyncio.Queue()
            self._held.append((channel, queue, await queue.consume(arrived.put)))
            held = 0
            while left and held < HELD_AT_A_TIME:
                message = await _next(arrived, queue)
                if message is None:
                    return
                left -= 1
                yield Letter.of(self._queue, message)
                held += not message.processed

    async def give_back(self) -> None:
        """In the order of taking: what is given back first will be first."""
        with suppress(*GONE):  # then the broker has them back already
            for _, queue, tag in self._held:
                await queue.cancel(tag)  # all of them first, or the last one would be handed what the first gives back
            for channel, queue, _ in self._held:
                await (await channel.get_underlay_channel()).basic_nack(_ALL, multiple=True, requeue=True)
                await (
                    queue.declare()
                )  # its answer comes after the queue has them; ends of channels may overtake each other
                await channel.close()


@asynccontextmanager
async def opened(connection: AbstractConnection, queue: str) -> AsyncIterator[Pile]:
    async with await connection.channel(publisher_confirms=False) as channel:
        pile = Pile(connection, queue, await _ready(await channel.declare_queue(queue, passive=True)))
    try:
        yield pile
    finally:
        await pile.give_back()


async def existing(connection: AbstractConnection, queues: Iterable[str]) -> list[str]:
    """Those of the queues that the broker has."""
    found = []
    for queue in queues:
        channel = await connection.channel(publisher_confirms=False)
        with suppress(ChannelNotFoundEntity):
            await channel.declare_queue(queue, passive=True)
            found.append(queue)
        await channel.close()
    return found


async def _next(arrived: asyncio.Queue[Incoming], queue: AbstractQueue) -> Incoming | None:
    """The next message; None when the queue has no more. Raises Transient where it has, and the broker keeps them."""
    for _ in range(MOST_SILENCES):
        with suppress(TimeoutError):
            async with asyncio.timeout(SILENCE_SECONDS):
                return await arrived.get()
        if not await _ready(queue) and arrived.empty():
            return None
    raise Transient(f"the message broker does not hand out what {queue.name} holds")


async def _ready(queue: AbstractQueue) -> int:
    """How many messages nobody holds."""
    return (await queue.declare()).message_count or 0
