from __future__ import annotations

from contextlib import asynccontextmanager
from itertools import count
from typing import TYPE_CHECKING

import structlog
from aio_pika.exceptions import ChannelNotFoundEntity

from services.runtime.topology import events_queue

if TYPE_CHECKING:
    import asyncio
    from collections.abc import AsyncIterator

    from aio_pika.abc import AbstractConnection

log = structlog.get_logger()


class LeftBehind:
    """A Link's session that looks for events in queues which nobody reads since the partition count was lowered."""

    def __init__(self, partitions: int) -> None:
        self._partitions = partitions

    @asynccontextmanager
    async def session(self, connection: AbstractConnection, _broken: asyncio.Event) -> AsyncIterator[None]:
        for number in count(self._partitions):
            # A channel each, because the broker closes it over a queue that is missing.
            async with connection.channel() as channel:
                try:
                    queue = await channel.declare_queue(events_queue(number), passive=True)
                except ChannelNotFoundEntity:
                    break
            if messages := queue.declaration_result.message_count:
                log.error("partition.left_behind", partition=number, messages=messages, partitions=self._partitions)
        yield
