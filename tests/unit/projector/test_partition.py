"""One micro-batch is folded while another is written; what fails is mended first, and nothing gets out of order."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any, cast

import orjson

from schema.cloudevents import Fact
from services.projector import chain
from services.projector.inbox import MOST_EVENTS, Inbox
from services.projector.partition import Partition
from services.projector.store import Conflict, Store
from services.runtime.topology import topology
from tests.unit.projector.story import BATCH, fact, step, submitted

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from uuid import UUID

    from schema.events import BatchEvent
    from services.projector.record import Folded, Recorded
    from services.projector.state import Placed

    Prepared = tuple[Mapping[UUID, Placed | None], Folded]

PATIENCE_SECONDS = 20


class MemoryStore:
    """As the database has it: each write is for the expected version or a Conflict, and takes its turn of the loop."""

    def __init__(self, refuse: Callable[[Folded], Exception | None] = lambda _: None) -> None:
        self.places: dict[UUID, Placed] = {}
        self.log: list[Recorded] = []
        self.reasons: list[str] = []
        self.transactions = 0
        self._refuse = refuse

    async def load(self, ids: Collection[UUID]) -> dict[UUID, Placed | None]:
        await asyncio.sleep(0)
        return {batch_id: self.places.get(batch_id) for batch_id in ids}

    def rows(self, _: str, before: Mapping[UUID, Placed | None], folded: Folded) -> Prepared:
        return before, folded

    async def put(self, rows: Prepared) -> None:
        before, folded = rows
        for _turn in range(100):
            await asyncio.sleep(0)
        if refused := self._refuse(folded):
            raise refused
        for batch_id in folded.touched:
            known = self.places.get(batch_id)
            if (known and known.last_event_id) != ((old := before[batch_id]) and old.last_event_id):
                raise Conflict("another version")
        self.transactions += 1
        self.places.update(folded.touched)
        self.log.extend(folded.recorded)
        self.reasons.extend(one.reason for one in folded.aside)


async def projected(store: MemoryStore, messages: list[list[Fact]]) -> list[int]:
    """Each message is put when the one before was taken; returns what was acknowledged."""
    inbox, acknowledged = Inbox(), list[int]()

    async def acknowledge(tag: int) -> None:
        acknowledged.append(tag)
        if tag == len(messages):
            inbox.close()

    partition = Partition(0, cast("Store", store), topology(1, 35))
    async with asyncio.timeout(PATIENCE_SECONDS), asyncio.TaskGroup() as tasks:
        tasks.create_task(cast("Any", partition)._project(inbox, acknowledge))
        for tag, facts in enumerate(messages, start=1):
            inbox.put(tag, orjson.dumps([one.to_cloudevent() for one in facts]))
            for _turn in range(10):
                await asyncio.sleep(0)
    return acknowledged


def assert_whole(store: MemoryStore) -> None:
    assert [row.event_id for row in store.log] == list(range(1, len(store.log) + 1))
    previous = chain.origin(BATCH)
    for row in store.log:
        event, committed = row.fact.event, chain.commitment(row.salt, row.data)
        previous = chain.link(previous, event.TYPE, event.VERSION, row.fact.occurred_at, committed)
        assert previous == row.digest


def steps(events: int) -> list[Fact]:
    """Steps of one job, each of which changes something."""
    said: list[BatchEvent] = [submitted(1)]
    said += [step(1, 1).model_copy(update={"step": number}) for number in range(1, events)]
    return [fact(event, number) for number, event in enumerate(said)]


async def test_what_was_folded_upon_a_micro_batch_that_failed_is_folded_again() -> None:
    failures = [Conflict("somebody else wrote"), None, None, Conflict("and again")]
    store = MemoryStore(lambda _: failures.pop(0) if failures else None)
    said = steps(4 * MOST_EVENTS)  # what is full is folded at once
    acknowledged = await projected(store, [said[at : at + MOST_EVENTS] for at in range(0, len(said), MOST_EVENTS)])

    assert len(store.log) == len(said) + 1
    assert store.reasons == []
    assert acknowledged == sorted(acknowledged)
    assert_whole(store)


async def test_one_event_that_cannot_be_written_costs_few_transactions_and_no_neighbour() -> None:
    said = steps(MOST_EVENTS)
    bad = said[700].id
    store = MemoryStore(lambda folded: ValueError("no") if any(row.fact.id == bad for row in folded.recorded) else None)
    await projected(store, [said])

    assert store.reasons == ["bug"]
    assert {row.fact.id for row in store.log} >= {one.id for one in said if one.id != bad}
    assert store.transactions <= 12
    assert_whole(store)


async def test_a_fold_that_fails_waits_for_the_micro_batch_before() -> None:
    said = steps(3)
    unfit = said[1]._replace(occurred_at=datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14))))  # no such time in UTC
    store = MemoryStore()
    acknowledged = await projected(store, [[said[0]], [unfit], [said[2]]])

    assert store.reasons == ["bug"]
    assert [row.fact.id for row in store.log[:2]] == [said[0].id, said[2].id]
    assert acknowledged[-1] == 3
    assert_whole(store)
