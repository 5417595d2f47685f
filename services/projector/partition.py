from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import structlog

from services.projector.inbox import MOST_EVENTS, Inbox, MicroBatch
from services.projector.projection import Projection
from services.runtime.topology import Topology, declare, events_queue

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from services.projector.projection import Folding
    from services.projector.record import Folded
    from services.projector.store import Store
    from services.runtime.link import Connection

    Acknowledge = Callable[[int], Awaitable[None]]

log = structlog.get_logger()
#: A micro-batch that is written and the next one, full where each message is one event: half as many halve the rate.
PREFETCH_MESSAGES = 2 * MOST_EVENTS
#: How long the micro-batch under way may take to be written when the service stops.
STOP_SECONDS = 2.0


class Partition:
    """Projects one partition: consume, gather, read, fold, one transaction, acknowledge.

    What arrives during a transaction is the next micro-batch, so a lone event is written at once and a flood in
    thousands. `committed` is called between commit and acknowledgement: where a crash repeats work and loses none.
    """

    def __init__(
        self,
        number: int,
        store: Store,
        topology: Topology,
        *,
        committed: Callable[[Folded], None] = lambda _: None,
    ) -> None:
        self._queue, self._topology = events_queue(number), topology
        self._projection = Projection(self._queue, store)
        self._committed = committed

    @asynccontextmanager
    async def session(self, connection: Connection, broken: asyncio.Event) -> AsyncIterator[None]:
        """A Link's session. It ends with the micro-batch under way, and by closing the channel, never by a cancel.

        Cancelling a consumer with unacknowledged messages lets the next one start with later ones.
        """
        self._projection.forget()  # another instance may have written since
        channel = await connection.channel(publisher_confirms=False)
        channel.close_callbacks.add(lambda *_: broken.set())
        await declare(channel, self._topology)
        await channel.set_qos(prefetch_count=PREFETCH_MESSAGES)
        underlay = await channel.get_underlay_channel()
        underlay.on_consumer_cancel_callbacks.add(lambda _: broken.set())
        inbox = Inbox()

        async def acknowledge(tag: int) -> None:
            await underlay.basic_ack(tag, multiple=True, wait=False)

        projecting = asyncio.create_task(self._project(inbox, acknowledge), name=self._queue)
        projecting.add_done_callback(lambda _: broken.set())
        # Past aio-pika and aiormq: what they make of a message costs as much as to fold and write it.
        await connection.deliveries.consume(underlay, self._queue, inbox.put)
        try:
            yield
        finally:
            inbox.close()
            # A database that is away must not hold up a stop: what is not acknowledged comes again.
            await asyncio.wait({projecting}, timeout=0 if broken.is_set() else STOP_SECONDS)
            projecting.cancel()
            await asyncio.gather(projecting, return_exceptions=True)
            if not projecting.cancelled() and (failed := projecting.exception()):
                log.error("projector.failed", queue=self._queue, exc_info=failed)
            if not broken.is_set():
                await channel.close()  # unlike the connection's end, it comes after the last acknowledgement

    async def _project(self, inbox: Inbox, acknowledge: Acknowledge) -> None:
        """While a micro-batch is written the next one is gathered, and folded as soon as it is full."""
        under_way: tuple[MicroBatch, asyncio.Task[Exception | None]] | None = None
        async with asyncio.TaskGroup() as tasks:
            while not inbox.closed:
                following = await inbox.gather(under_way[1] if under_way else None)
                folding = await self._fold(following)
                if under_way and (failed := await under_way[1]):
                    await self._mend(under_way[0], failed, acknowledge)
                    folding = await self._fold(following)
                under_way = None
                if isinstance(folding, Exception):
                    await self._mend(following, folding, acknowledge)
                elif following.gathered:
                    under_way = following, tasks.create_task(self._write(following, folding, acknowledge))
            if under_way and (failed := await under_way[1]):
                log.warning("projector.given_back", queue=self._queue, error=str(failed))

    async def _fold(self, following: MicroBatch) -> Folding | Exception:
        """The fault is for later: first the micro-batch before must be through."""
        try:
            return await self._projection.fold(following.gathered)
        except Exception as failed:  # noqa: BLE001 - sorted out by kind when it is mended
            return failed

    async def _write(self, batch: MicroBatch, folding: Folding, acknowledge: Acknowledge) -> Exception | None:
        try:
            await self._projection.write(folding)
        except Exception as failed:  # noqa: BLE001 - sorted out by kind when it is mended
            return failed
        self._committed(folding.folded)
        await acknowledge(batch.tag)
        return None

    async def _mend(self, batch: MicroBatch, failed: Exception, acknowledge: Acknowledge) -> None:
        await self._projection.mend(batch.gathered, failed, self._committed)
        await acknowledge(batch.tag)
