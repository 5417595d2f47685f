"""A log and its tables as the projector writes them, without a broker, and a hand that changes them as their owner."""

from __future__ import annotations

import os
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import psycopg

from schema.cloudevents import Fact
from schema.events import BatchCancelled, BatchEvent, BatchExpired, BatchRetryRequested, RetriedJob
from services.projector import chain
from services.projector.audit.log import FIRST, LAST, of_batch
from services.projector.audit.looking import looking
from services.projector.audit.verify import Range, shared, verify
from services.projector.record import Arrival, record
from services.runtime.clock import new_id
from tests.unit.projector import story

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from uuid import UUID

    from services.projector.audit.difference import Difference
    from services.projector.store import Store

TABLES = ("batch_events", "processing_batches", "batch_jobs", "pdf_files", "extraction_results", "result_links")
REQUEST = "0199c0de-0000-7000-8000-00000000c0de"


class Book:
    def __init__(self, url: str, store: Store) -> None:
        self.url, self._store = url, store
        self._said = self._kept = 0

    async def say(self, batch: UUID, *events: BatchEvent) -> list[Fact]:
        """Have it recorded, a second apart from all before."""
        facts = []
        for event in events:
            self._said += 1
            at = story.START + timedelta(seconds=self._said)
            facts.append(Fact(new_id(), batch, at, "heatstream/worker", event, REQUEST, f"message-{self._said}"))
        before = await self._store.load([batch])
        folded = record(before, [Arrival(fact, fact.event.TYPE) for fact in facts], lambda: os.urandom(16))
        assert folded.aside == []
        await self._store.write("test", before, folded)
        return facts

    async def tell(self) -> None:
        """Four batches: completed after a retry, completed with the same sheet, cancelled, and erased."""
        self.retried, self.shared, self.cancelled, self.erased = (new_id() for _ in range(4))
        retried, shared, cancelled, erased = self.batches
        await self.say(
            retried,
            story.submitted(2, retried),
            _of(story.stage(1, story.STAGES[0]), 1, retried),
            _of(story.retry(1), 1, retried),
            _of(story.failed(1, 2), 1, retried),
            story.completed(2, batch=retried),
            BatchRetryRequested(jobs=(RetriedJob(job_id=story.job_id(1, retried), attempt=3),)),
            story.completed(1, 3, batch=retried, checksum="f" * 32),
        )
        await self.say(shared, story.submitted(1, shared), story.completed(1, batch=shared))
        await self.say(cancelled, story.submitted(1, cancelled), BatchCancelled())
        other = story.completed(1, batch=erased, checksum="e" * 32)
        await self.say(erased, story.submitted(1, erased), other, BatchExpired())

    @property
    def batches(self) -> tuple[UUID, UUID, UUID, UUID]:
        return self.retried, self.shared, self.cancelled, self.erased

    @contextmanager
    def undone(self) -> Iterator[None]:
        """What is written meanwhile is gone afterwards. It nests."""
        self._kept += 1
        copies = {table: f"kept_{self._kept}_{table}" for table in TABLES}
        with self.owner() as owner:
            for table, copy in copies.items():
                owner.execute(f"CREATE TABLE {copy} AS SELECT * FROM {table}")  # noqa: S608 - the names above
        try:
            yield
        finally:
            with self.owner() as owner:
                for table, copy in copies.items():
                    owner.execute(f"DELETE FROM {table}")  # noqa: S608 - as before
                    owner.execute(f"INSERT INTO {table} SELECT * FROM {copy}")  # noqa: S608 - as before
                    owner.execute(f"DROP TABLE {copy}")

    @contextmanager
    def owner(self) -> Iterator[psycopg.Connection[Any]]:
        """Somebody who may do anything, whom no trigger and no foreign key stops."""
        with psycopg.connect(self.url) as connection:
            connection.execute("SET session_replication_role = replica")
            yield connection

    def change(self, statement: str, *arguments: object) -> None:
        with self.owner() as connection:
            assert connection.execute(statement, arguments).rowcount > 0

    def forge(self, batch: UUID, change: Callable[[int, dict[str, Any]], dict[str, Any]]) -> None:
        """Give a batch another history, its chain whole in itself. `change` gets each event's id and data."""
        previous = chain.origin(batch)
        with looking(self.url) as seen:
            rows = of_batch(seen, batch)
        for row in rows:
            data = chain.canonical(change(row.event_id, row.document() or {}))
            committed = chain.commitment(b"s" * 16, data)
            previous = chain.link(previous, row.type, row.version, row.occurred_at, committed)
            self.change(
                "UPDATE batch_events SET data = %s, salt = %s, commitment = %s, digest = %s"
                " WHERE batch_id = %s AND event_id = %s",
                *(data.decode(), b"s" * 16, committed, previous, batch, row.event_id),
            )

    def differences(self) -> list[Difference]:
        """All that there are."""
        with looking(self.url) as seen:
            return [*verify(seen, Range(FIRST, LAST)).differences, *shared(seen).differences]

    def places(self) -> set[tuple[UUID | None, int | None, str, str | None]]:
        return {difference[:4] for difference in self.differences()}


def _of(event: Any, sequence: int, batch: UUID) -> BatchEvent:  # noqa: ANN401 - any event of a job
    moved: BatchEvent = event.model_copy(update={"job_id": story.job_id(sequence, batch)})
    return moved
