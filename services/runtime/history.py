"""The stream of all events, `heatstream.history`, read from a place in it."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, NamedTuple

from aio_pika.exceptions import ChannelNotFoundEntity

from schema.errors import Rejected, Transient
from services.runtime.topology import HISTORY

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from datetime import datetime

    from aio_pika.abc import AbstractConnection, AbstractIncomingMessage

#: A stream's consumer must say how much it takes at a time, and acknowledge it.
PREFETCH_MESSAGES = 500
#: How long the first message of a stream may take, should it have any; a broker that has more is not silent so long.
FIRST_SECONDS, SILENCE_SECONDS = 5.0, 1.0
#: How long the end is looked for while more and more arrives.
END_SECONDS = 10.0


class Message(NamedTuple):
    """One message, and its place in the stream."""

    offset: int
    body: bytes
    tag: int


class Reader:
    """An open consumer of the stream. What was taken and is not acknowledged holds up what follows."""

    def __init__(self, acknowledge: Callable[[int], Awaitable[None]]) -> None:
        self._acknowledge = acknowledge
        self._arrived: asyncio.Queue[Message | None] = asyncio.Queue()

    async def take(self, message: AbstractIncomingMessage) -> None:
        offset = message.headers["x-stream-offset"]
        self._arrived.put_nowait(Message(int(str(offset)), message.body, message.delivery_tag or 0))

    def broken(self) -> None:
        self._arrived.put_nowait(None)

    async def next(self, seconds: float) -> Message | None:
        """The next message; None after so many seconds of silence. Raises Transient when the broker is away."""
        try:
            async with asyncio.timeout(seconds):
                message = await self._arrived.get()
        except TimeoutError:
            return None
        if message is None:
            raise Transient("the message broker went away")
        return message

    @property
    def waiting(self) -> bool:
        return not self._arrived.empty()

    async def acknowledge(self, message: Message) -> None:
        """This one, and all before it."""
        await self._acknowledge(message.tag)


@asynccontextmanager
async def reading(connection: AbstractConnection, start: datetime | int | str) -> AsyncIterator[Reader]:
    """From a time, an offset, or a word of the broker's (`first`, `last`) on. Raises Rejected without a stream."""
    channel = await connection.channel(publisher_confirms=False)
    try:
        queue = await channel.get_queue(HISTORY)
    except ChannelNotFoundEntity:
        raise Rejected("no-history", f"the message broker has no stream {HISTORY}: is it the right one?") from None
    await channel.set_qos(prefetch_count=PREFETCH_MESSAGES)
    underlay = await channel.get_underlay_channel()

    async def acknowledge(tag: int) -> None:
        await underlay.basic_ack(tag, multiple=True, wait=False)

    reader = Reader(acknowledge)
    channel.close_callbacks.add(lambda *_: reader.broken())
    underlay.on_consumer_cancel_callbacks.add(lambda _: reader.broken())
    await queue.consume(reader.take, arguments={"x-stream-offset": start})
    try:
        yield reader
    finally:
        await channel.close()


async def end(connection: AbstractConnection) -> int | None:
    """The place of the newest message, or of one that came while it was looked for; None where there is none.

    What a stream calls its last is the last chunk, of one message or of many.
    """
    clock = asyncio.get_running_loop().time
    newest, deadline = None, clock() + END_SECONDS
    async with reading(connection, "last") as reader:
        message = await reader.next(FIRST_SECONDS)
        while message is not None and clock() < deadline:
            newest = message.offset
            await reader.acknowledge(message)
            message = await reader.next(SILENCE_SECONDS)
    return newest
