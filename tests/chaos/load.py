from __future__ import annotations

import asyncio
import itertools
import time
from collections import defaultdict
from typing import TYPE_CHECKING, Self
from uuid import UUID

import asyncpg
import orjson

from schema.identity import partition_of
from services.projector import chain
from services.runtime.event_publisher import EventPublisher
from services.runtime.publisher import Publisher
from services.runtime.topology import topology
from tests.bench import traffic

if TYPE_CHECKING:
    from collections.abc import Iterator

    from schema.cloudevents import Fact

TICK_SECONDS = 0.02
PATIENCE_SECONDS = 60
WRITTEN = "SELECT message_id FROM batch_events WHERE message_id = ANY($1)"
LOG = """
SELECT batch_id, event_id, message_id, source, type, version, occurred_at, salt, data, digest
FROM batch_events ORDER BY batch_id, event_id
"""


class Load:
    """What workers publish, at a bounded rate, for as long as it is entered; and what became of it."""

    def __init__(self, amqp_url: str, database_url: str, partitions: int, events_a_second: int) -> None:
        self._partitions, self._database_url = partitions, database_url
        self._a_tick = round(events_a_second * TICK_SECONDS)
        self._publisher = Publisher(amqp_url, "load", topology(partitions, 35))
        #: In the order of publishing, each with its time.
        self.said: list[tuple[float, Fact]] = []

    async def __aenter__(self) -> Self:
        self._database = await asyncpg.connect(self._database_url)
        await self._publisher.__aenter__()
        self._over = False
        self._task = asyncio.create_task(self._publish(), name="load")
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self.stop()
        await self._database.close()

    async def stop(self) -> None:
        """Publish no more; return when all is confirmed."""
        self._over = True
        try:
            await self._task
        finally:
            await self._publisher.__aexit__(None, None, None)

    async def _publish(self) -> None:
        endless = traffic.facts(traffic.SHORT)
        under_way: set[asyncio.Task[None]] = set()
        async with EventPublisher(self._publisher, self._partitions) as events:
            while not self._over:
                for fact in itertools.islice(endless, self._a_tick):
                    self.said.append((time.time(), fact))
                    under_way.add(asyncio.create_task(events.publish(fact)))
                await asyncio.sleep(TICK_SECONDS)
                for task in [task for task in under_way if task.done()]:
                    under_way.remove(task)
                    task.result()  # the broker stays up: what it did not confirm ends the test
            await asyncio.gather(*under_way)

    async def seconds_until_written(self, partitions: set[int], since: float) -> float:
        """How long after that time something is visible, of each of these partitions, that was published later."""
        waiting = set(partitions)
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                later = {fact.id: self._partition(fact) for said, fact in reversed(self.said) if said > since}
                waiting -= {later[message] for message in await self._written(list(later))}
                if not waiting:
                    return time.time() - since
                await asyncio.sleep(0.01)

    async def whole(self) -> None:
        """All that was said is written once, in the order of each batch; ids are dense, and every chain holds."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while len(await self._written([fact.id for _, fact in self.said])) < len(self.said):  # noqa: ASYNC110 - the database changes
                await asyncio.sleep(0.1)
        said, written = defaultdict[UUID, list[UUID]](list), dict[UUID, list[UUID]]()
        for _, fact in self.said:
            said[fact.batch_id].append(fact.id)
        for batch_id, log in itertools.groupby(await self._database.fetch(LOG), lambda row: row["batch_id"]):
            written[batch_id] = list(_chained(batch_id, log))
        assert written == said

    async def _written(self, messages: list[UUID]) -> list[UUID]:
        return [row[0] for row in await self._database.fetch(WRITTEN, messages)]

    def _partition(self, fact: Fact) -> int:
        return partition_of(fact.batch_id, self._partitions)


def _chained(batch_id: UUID, log: Iterator[asyncpg.Record]) -> Iterator[UUID]:
    """The messages of workers in this batch's log, whose ids and digests are looked at on the way."""
    digest = chain.origin(batch_id)
    for place, (_, event_id, message, source, kind, version, occurred, salt, data, given) in enumerate(log, 1):
        assert event_id == place
        committed = chain.commitment(salt, chain.canonical(orjson.loads(data)))
        digest = chain.link(digest, kind, version, occurred, committed)
        assert digest == given
        if source == "heatstream/worker":
            yield message
