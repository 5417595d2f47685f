from __future__ import annotations

import asyncio
import os
from collections import OrderedDict, deque
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import structlog

from schema.errors import Transient
from services.projector.chain import SALT_BYTES
from services.projector.intake import read
from services.projector.record import Arrival, Folded, SetAside, record
from services.projector.store import Conflict, KnownMessage, Store
from services.runtime.topology import Topology, declare, events_queue

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from uuid import UUID

    from aio_pika.abc import AbstractConnection, AbstractIncomingMessage

    from services.projector.state import Placed

log = structlog.get_logger()
#: A micro-batch ends at so many events; the knee of COPY and upserts is near it.
MOST_EVENTS = 1000
PREFETCH_MESSAGES = 500
CACHED_BATCHES = 10_000
DATABASE_PAUSE_SECONDS = 0.5
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
        self._queue, self._store, self._topology = events_queue(number), store, topology
        self._committed = committed
        self._places: OrderedDict[UUID, Placed | None] = OrderedDict()

    @asynccontextmanager
    async def session(self, connection: AbstractConnection, broken: asyncio.Event) -> AsyncIterator[None]:
        """A Link's session. It ends with the micro-batch under way, and by closing the channel, never by a cancel.

        Cancelling a consumer with unacknowledged messages lets the next one start with later ones.
        """
        self._places.clear()  # another instance may have written since
        channel = await connection.channel(publisher_confirms=False)
        channel.close_callbacks.add(lambda *_: broken.set())
        await declare(channel, self._topology)
        await channel.set_qos(prefetch_count=PREFETCH_MESSAGES)
        underlay = await channel.get_underlay_channel()
        underlay.on_consumer_cancel_callbacks.add(lambda _: broken.set())

        async def acknowledge(tag: int) -> None:
            await underlay.basic_ack(tag, multiple=True, wait=False)

        arrived: deque[tuple[int, list[Arrival | SetAside]]] = deque()
        some, over = asyncio.Event(), asyncio.Event()

        async def take(message: AbstractIncomingMessage) -> None:
            # Read here, where it costs the time in which the database writes the micro-batch before.
            arrived.append((message.delivery_tag or 0, list(read(message.body))))
            some.set()

        projecting = asyncio.create_task(self._project(arrived, some, over, acknowledge), name=self._queue)
        projecting.add_done_callback(lambda _: broken.set())
        queue = await channel.get_queue(self._queue, ensure=False)
        await queue.consume(take)
        try:
            yield
        finally:
            over.set()
            some.set()
            # A database that is away must not hold up a stop: what is not acknowledged comes again.
            await asyncio.wait({projecting}, timeout=0 if broken.is_set() else STOP_SECONDS)
            projecting.cancel()
            await asyncio.gather(projecting, return_exceptions=True)
            if not projecting.cancelled() and (failed := projecting.exception()):
                log.error("projector.failed", queue=self._queue, exc_info=failed)
            if not broken.is_set():
                await channel.close()  # unlike the connection's end, it comes after the last acknowledgement

    async def _project(
        self,
        arrived: deque[tuple[int, list[Arrival | SetAside]]],
        some: asyncio.Event,
        over: asyncio.Event,
        acknowledge: Callable[[int], Awaitable[None]],
    ) -> None:
        while await some.wait() and not over.is_set():
            gathered: list[Arrival | SetAside] = []
            while arrived and len(gathered) < MOST_EVENTS:
                tag, events = arrived.popleft()
                gathered.extend(events)
            if not arrived:
                some.clear()
            self._committed(await self._write(gathered))
            await acknowledge(tag)

    async def _write(self, gathered: list[Arrival | SetAside]) -> Folded:
        """Fold and write until it is done: again from fresh state after a conflict, again when the database is back."""
        while True:
            try:
                arrivals = [one for one in gathered if isinstance(one, Arrival)]
                before = await self._places_of({arrival.fact.batch_id for arrival in arrivals})
                folded = record(before, arrivals, lambda: os.urandom(SALT_BYTES))
                folded.aside.extend(one for one in gathered if isinstance(one, SetAside))
                await self._store.write(self._queue, before, folded)
            except Exception as failed:  # noqa: BLE001 - sorted out by kind
                self._places.clear()
                gathered = await self._after_failure(gathered, failed)
            else:
                self._remember(folded)
                return folded

    async def _after_failure(self, gathered: list[Arrival | SetAside], failed: Exception) -> list[Arrival | SetAside]:
        """What to write instead. One event that cannot be written must not stop the others, nor vanish."""
        match failed:
            case Conflict():
                log.warning("projector.conflict", queue=self._queue, error=str(failed))
            case Transient():
                log.warning("projector.database_away", queue=self._queue, error=str(failed))
                await asyncio.sleep(DATABASE_PAUSE_SECONDS)
            case KnownMessage():
                return await self._without_known(gathered)
            case _ if len(gathered) > 1:
                for one in gathered:
                    self._committed(await self._write([one]))
                return []
            case _:
                log.error("projector.event_failed", queue=self._queue, exc_info=failed)
                return [one.aside("bug", repr(failed)[:500]) for one in gathered if isinstance(one, Arrival)]
        return gathered

    async def _places_of(self, ids: set[UUID]) -> dict[UUID, Placed | None]:
        if missing := ids - self._places.keys():
            self._places.update(await self._store.load(missing))
        for batch_id in ids:
            self._places.move_to_end(batch_id)
        return {batch_id: self._places[batch_id] for batch_id in ids}

    def _remember(self, folded: Folded) -> None:
        self._places.update(folded.touched)
        while len(self._places) > CACHED_BATCHES:
            self._places.popitem(last=False)

    async def _without_known(self, gathered: list[Arrival | SetAside]) -> list[Arrival | SetAside]:
        """Set aside the events whose message id is taken, in the log or by an earlier one here."""
        seen = await self._store.known(one.fact.id for one in gathered if isinstance(one, Arrival))
        left: list[Arrival | SetAside] = []
        for one in gathered:
            if isinstance(one, Arrival) and one.fact.id in seen:
                left.append(one.aside("known_message", "another event has this id"))
            else:
                left.append(one)
                if isinstance(one, Arrival):
                    seen.add(one.fact.id)
        return left
