from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING, Self

import aio_pika
import orjson

from schema.cloudevents import BATCH_CONTENT_TYPE
from schema.identity import partition_of
from services.runtime.topology import EVENTS

if TYPE_CHECKING:
    from schema.cloudevents import Fact
    from services.runtime.publisher import Publisher

#: Messages a partition may have unconfirmed; while so many are under way, events wait for each other.
IN_FLIGHT = 2
#: A message carries at most so many events, and about so many bytes.
MOST_EVENTS = 100
MOST_BYTES = 1 << 20


class EventPublisher:
    """Publishes facts to their partition, in the order given, several to a message under load.

    A lone event leaves at once. While `IN_FLIGHT` messages of its partition are unconfirmed, events gather and leave
    together when one is confirmed: the number of messages, not of bytes, limits a Python consumer.
    """

    def __init__(self, publisher: Publisher, partitions: int) -> None:
        self._publisher = publisher
        self._lanes = [_Lane(publisher, str(number)) for number in range(partitions)]

    @property
    def up(self) -> bool:
        return self._publisher.up

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc: object) -> None:
        for lane in self._lanes:
            await lane.close()

    async def publish(self, fact: Fact) -> None:
        """Return when the fact is on disk at the broker. Raises Transient when that could not be had."""
        await self._lanes[partition_of(fact.batch_id, len(self._lanes))].publish(fact)


class _Lane:
    """One partition: what waits, and what is under way."""

    def __init__(self, publisher: Publisher, routing_key: str) -> None:
        self._publisher, self._routing_key = publisher, routing_key
        self._waiting: deque[tuple[bytes, asyncio.Future[None]]] = deque()
        self._under_way: set[asyncio.Task[None]] = set()

    async def publish(self, fact: Fact) -> None:
        confirmed = asyncio.get_running_loop().create_future()
        self._waiting.append((orjson.dumps(fact.to_cloudevent()), confirmed))
        self._send_what_may_leave()
        await confirmed

    async def close(self) -> None:
        while self._under_way:
            await asyncio.gather(*self._under_way)

    def _send_what_may_leave(self) -> None:
        while self._waiting and len(self._under_way) < IN_FLIGHT:
            task = asyncio.create_task(self._send(self._take()))
            self._under_way.add(task)
            task.add_done_callback(self._sent)

    def _sent(self, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        self._send_what_may_leave()

    def _take(self) -> list[tuple[bytes, asyncio.Future[None]]]:
        load: list[tuple[bytes, asyncio.Future[None]]] = []
        size = 0
        while self._waiting and len(load) < MOST_EVENTS and size < MOST_BYTES:
            load.append(self._waiting.popleft())
            size += len(load[-1][0])
        return load

    async def _send(self, load: list[tuple[bytes, asyncio.Future[None]]]) -> None:
        message = aio_pika.Message(
            b"[" + b",".join(body for body, _ in load) + b"]",
            content_type=BATCH_CONTENT_TYPE,
            delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
        )
        try:
            await self._publisher.publish(EVENTS, self._routing_key, message)
        except Exception as failed:  # noqa: BLE001 - each waiting publisher gets it
            outcome: BaseException | None = failed
        else:
            outcome = None
        for _, confirmed in load:
            if not confirmed.done():
                if outcome is None:
                    confirmed.set_result(None)
                else:
                    confirmed.set_exception(outcome)
