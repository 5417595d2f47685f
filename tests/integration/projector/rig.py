from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import aio_pika
import asyncpg

from schema.cloudevents import Fact
from schema.events import AiFile, BatchEvent, JobStageEntered
from schema.identity import job_id
from schema.states import Stage
from services.projector.partition import Partition
from services.projector.store import Store
from services.runtime.clock import new_id, now
from services.runtime.database import Database
from services.runtime.event_publisher import EventPublisher
from services.runtime.link import Link
from services.runtime.publisher import Publisher
from services.runtime.topology import EVENTS, topology
from tests.unit.projector import story

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from uuid import UUID

    from services.projector.record import Folded

PATIENCE_SECONDS = 30
TOPOLOGY = topology(1, 35)


class Rig:
    """A program that publishes events, and looks at what became of them."""

    def __init__(self, amqp_url: str, database_url: str, publisher: Publisher, events: EventPublisher) -> None:
        self.amqp_url, self.database_url, self._publisher, self._events = amqp_url, database_url, publisher, events

    async def say(self, batch: UUID, *events: BatchEvent) -> list[Fact]:
        facts = [Fact(new_id(), batch, now(), "heatstream/worker", event) for event in events]
        await self.repeat(facts)
        return facts

    async def repeat(self, facts: list[Fact]) -> None:
        await asyncio.gather(*(self._events.publish(fact) for fact in facts))

    async def send(self, body: bytes) -> None:
        await self._publisher.publish(EVENTS, "0", aio_pika.Message(body, delivery_mode=2))

    async def rows(self, sql: str, *arguments: object) -> list[Any]:
        connection = await asyncpg.connect(self.database_url)
        try:
            return [row[0] if len(row) == 1 else tuple(row) for row in await connection.fetch(sql, *arguments)]
        finally:
            await connection.close()

    async def until(self, sql: str, *expected: object) -> None:
        """Return when the query gives these rows; fail with what it gave last."""
        given: list[Any] = []
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                while (given := await self.rows(sql)) != list(expected):  # noqa: ASYNC110 - the database changes
                    await asyncio.sleep(0.05)
        except TimeoutError:
            raise AssertionError(f"{sql} gives {given}, not {list(expected)}") from None

    async def dense(self) -> None:
        """No batch has a gap or a double in its event ids, and each row is at the head of its log."""
        assert (
            await self.rows(
                "SELECT batch_id FROM batch_events GROUP BY 1 HAVING count(*) <> max(event_id) OR min(event_id) <> 1"
            )
            == []
        )
        assert (
            await self.rows(
                "SELECT id FROM processing_batches b WHERE last_event_id <> "
                "(SELECT max(event_id) FROM batch_events e WHERE e.batch_id = b.id)"
            )
            == []
        )


@asynccontextmanager
async def rigged(amqp_url: str, database_url: str) -> AsyncIterator[Rig]:
    async with Publisher(amqp_url, "test", TOPOLOGY) as publisher, EventPublisher(publisher, 1) as events:
        yield Rig(amqp_url, database_url, publisher, events)


@asynccontextmanager
async def projecting(
    amqp_url: str, database_url: str, committed: Callable[[Folded], None] = lambda _: None
) -> AsyncIterator[Link]:
    """A projector of the one partition, as its process runs it."""
    async with Database(database_url, name="test") as database:
        partition = Partition(0, Store(database), TOPOLOGY, committed=committed)
        async with Link(amqp_url, "test-projector", partition.session) as link:
            await link.wait_up(PATIENCE_SECONDS)
            yield link


def whole_batch(batch: UUID, jobs: int) -> list[BatchEvent]:
    """Everything that workers say of a batch that goes well."""
    events: list[BatchEvent] = [story.submitted(jobs, batch)]
    for sequence in range(1, jobs + 1):
        job = job_id(batch, sequence)
        events += [
            JobStageEntered(job_id=job, attempt=1, stage=stage) for stage in (Stage.DOWNLOADING, Stage.EXTRACTING)
        ]
        events.append(story.completed(sequence, batch=batch))
    return events


def stage_with_upload(batch: UUID, file: AiFile) -> JobStageEntered:
    """Of the first job: an AI has its PDF, and reads it."""
    return JobStageEntered(job_id=job_id(batch, 1), attempt=1, stage=Stage.EXTRACTING, step=4, ai_file=file)
