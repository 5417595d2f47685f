from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Self

from schema.errors import Transient
from services.runtime.link import GONE, Link

if TYPE_CHECKING:
    import asyncio
    from collections.abc import AsyncIterator

    from aio_pika.abc import AbstractChannel, AbstractConnection

WAIT_SECONDS = 5.0


class Depths:
    """How much waits in queues that somebody else declared."""

    def __init__(self, amqp_url: str, name: str) -> None:
        self._link = Link(amqp_url, name, self._session)

    async def __aenter__(self) -> Self:
        await self._link.__aenter__()
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self._link.__aexit__(*exc)

    async def waiting(self, *queues: str) -> int:
        """Messages of these queues that nobody has taken yet. Raises Transient: no broker, or no such queue."""
        await self._link.wait_up(WAIT_SECONDS)
        try:
            # A channel of its own, because the broker closes it over a queue that is missing.
            async with self._connection.channel() as channel:
                return sum([await _ready(channel, queue) for queue in queues])
        except GONE as gone:
            raise Transient(f"the message broker does not say what waits: {gone!r}") from gone

    @asynccontextmanager
    async def _session(self, connection: AbstractConnection, _broken: asyncio.Event) -> AsyncIterator[None]:
        self._connection = connection
        yield


async def _ready(channel: AbstractChannel, name: str) -> int:
    queue = await channel.declare_queue(name, passive=True, timeout=WAIT_SECONDS)
    return queue.declaration_result.message_count or 0
