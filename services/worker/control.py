from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING
from uuid import UUID

import structlog
from aio_pika import Message

from services.runtime.topology import CONTROL, STOP, SWEEP, Topology, declare
from services.worker.origin import SOURCE

if TYPE_CHECKING:
    import asyncio
    from collections.abc import AsyncIterator, Callable

    from aio_pika.abc import AbstractConnection, AbstractIncomingMessage

    from services.runtime.publisher import Publisher

log = structlog.get_logger()


class Control:
    """Says to all workers, this one too, that a batch is to stop, and hears it from them; hears who calls the janitor.

    It only makes things quick: who is not connected at the moment finds in the tables before the next stage that a
    batch is to stop, and the janitor comes anyway.
    """

    def __init__(
        self, publisher: Publisher, topology: Topology, *, stop: Callable[[UUID], None], sweep: Callable[[], None]
    ) -> None:
        self._publisher, self._topology, self._stop, self._sweep = publisher, topology, stop, sweep

    async def announce(self, batch_id: UUID) -> None:
        """Return when the broker has passed it on. Raises Transient; announcing it again is harmless."""
        message = Message(str(batch_id).encode(), type=STOP, app_id=SOURCE)
        await self._publisher.publish(CONTROL, "", message, mandatory=False)

    @asynccontextmanager
    async def session(self, connection: AbstractConnection, broken: asyncio.Event) -> AsyncIterator[None]:
        channel = await connection.channel()
        channel.close_callbacks.add(lambda *_: broken.set())
        await declare(channel, self._topology)
        queue = await channel.declare_queue(exclusive=True)
        await queue.bind(CONTROL)
        await queue.consume(self._hear, no_ack=True)
        yield

    async def _hear(self, message: AbstractIncomingMessage) -> None:
        if message.type == SWEEP:
            log.info("janitor.called", app_id=message.app_id)
            self._sweep()
            return
        try:
            batch_id = UUID(message.body.decode())
        except ValueError:
            log.warning("control.unreadable", app_id=message.app_id)
            return
        log.info("batch.stopping", batch_id=str(batch_id))
        self._stop(batch_id)
