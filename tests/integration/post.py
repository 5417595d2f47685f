from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import aio_pika
import orjson

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from aio_pika.abc import AbstractChannel, AbstractIncomingMessage

PATIENCE_SECONDS = 40


class Post:
    """Puts messages into queues of the real broker, and takes them out."""

    def __init__(self, channel: AbstractChannel) -> None:
        self.channel = channel

    async def put(self, queue: str, body: object, **properties: Any) -> None:  # noqa: ANN401 - AMQP's
        content = body if isinstance(body, bytes) else orjson.dumps(body)
        await self.channel.default_exchange.publish(aio_pika.Message(content, delivery_mode=2, **properties), queue)

    async def holds(self, queue: str, count: int) -> None:
        """Return when so many messages of a queue are nobody's: the broker gives back in its own time."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            declared = await self.channel.get_queue(queue)
            while (await declared.declare()).message_count != count:  # noqa: ASYNC110 - the broker changes it
                await asyncio.sleep(0.02)

    async def taken(self, queue: str, count: int) -> list[AbstractIncomingMessage]:
        """The `count` messages that a queue holds, and no more, taken off it."""
        await self.holds(queue, count)
        taken: list[AbstractIncomingMessage] = []
        if not count:
            return taken
        async with asyncio.timeout(PATIENCE_SECONDS), (await self.channel.get_queue(queue)).iterator() as messages:
            async for message in messages:
                await message.ack()
                taken.append(message)
                if len(taken) == count:
                    break
        return taken


@asynccontextmanager
async def post_office(amqp_url: str) -> AsyncIterator[Post]:
    async with await aio_pika.connect(amqp_url) as connection:
        yield Post(await connection.channel(publisher_confirms=True, on_return_raises=True))
