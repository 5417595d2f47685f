"""Which job begins next, with a broker and a database in memory and any number of workers."""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schema.commands import ProcessJob, UrlSource
from schema.errors import Transient
from schema.identity import job_id
from services.runtime.clock import new_id
from services.worker.turns import Turns

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from contextlib import AbstractAsyncContextManager
    from random import Random

    from aio_pika import Message

MOST = 3


def of_a_batch(jobs: int) -> list[ProcessJob]:
    batch = new_id()
    return [
        ProcessJob(
            batch_id=batch,
            job_id=job_id(batch, number),
            sequence=number,
            attempt=1,
            swimmer_name="Nora Quill",
            source=UrlSource(url="https://example.com/sheet.pdf"),
        )
        for number in range(1, jobs + 1)
    ]


class House:
    """The queue, the claims of all workers, and what they made of them; `has_database` or each counts alone."""

    def __init__(self, workers: int, slots: int, *, has_database: bool = True) -> None:
        self.queue: deque[ProcessJob] = deque()
        self.workers, self.slots, self.has_database = workers, slots, has_database
        self.claimed: Counter[object] = Counter()
        self.put_back = 0
        self.lost = False
        self._at_hand: ProcessJob | None = None

    async def publish(self, exchange: str, queue: str, message: Message) -> None:
        assert (exchange, queue, message.message_id) == ("", "heatstream.jobs", "m-1")
        assert dict(message.headers) == {"traceparent": "t"}
        assert self._at_hand is not None
        if self.lost:
            raise Transient("the broker is away")
        self.queue.append(self._at_hand)
        self.put_back += 1

    async def queue_declare(self, *_: object, **__: object) -> SimpleNamespace:
        return SimpleNamespace(message_count=len(self.queue), consumer_count=self.workers)

    @asynccontextmanager
    async def taken(self, take: Callable[[Any, float], Awaitable[bool]]) -> AsyncIterator[bool | None]:
        yield await take(self, 60) if self.has_database else None

    async def fetchval(self, _: str, *arguments: Any) -> bool | None:  # noqa: ANN401 - SQL's
        """As the database decides."""
        batch, share = arguments[2:]
        others_wait = any(job.batch_id != batch for job in self.queue)
        return True if self.claimed[batch] < share or not others_wait else None

    def take(self, turns: Turns, *, redelivered: bool = False) -> tuple[ProcessJob, AbstractAsyncContextManager[bool]]:
        job = self._at_hand = self.queue.popleft()
        message = SimpleNamespace(
            body=b"",
            headers={"traceparent": "t", "x-delivery-count": 3},
            redelivered=redelivered,
            channel=self,
            message_id="m-1",
            **dict.fromkeys(
                ("content_type", "content_encoding", "correlation_id", "reply_to", "timestamp", "type", "app_id")
            ),
        )
        return job, turns.of(job, cast("Any", message))

    def a_worker(self) -> Turns:
        return Turns(cast("Any", self), cast("Any", self), most=MOST, slots=self.slots)


@settings(max_examples=150)
@given(
    sizes=st.lists(st.integers(1, 15), min_size=1, max_size=8),
    workers=st.integers(1, 3),
    slots=st.integers(1, 5),
    has_database=st.booleans(),
    chance=st.randoms(use_true_random=False),
)
def test_everything_is_begun_once_nobody_waits_in_vain_and_few_are_put_back(
    sizes: list[int],
    workers: int,
    slots: int,
    has_database: bool,  # noqa: FBT001 - hypothesis names it
    chance: Random,
) -> None:
    asyncio.run(_worked_off(sizes, House(workers, slots, has_database=has_database), chance))


async def _worked_off(sizes: list[int], house: House, chance: Random) -> None:
    share = max(1, min(MOST, house.workers * house.slots - 1))
    turns = [house.a_worker() for _ in range(house.workers)]
    free = [number for number in range(house.workers) for _ in range(house.slots)]
    running: list[tuple[int, ProcessJob, AbstractAsyncContextManager[bool]]] = []
    arrivals = [of_a_batch(size) for size in sizes]
    begun: list[ProcessJob] = []
    while arrivals or house.queue or running:
        if arrivals and (chance.random() < 0.5 or not running):
            house.queue.extend(arrivals.pop())
        put_back = house.put_back
        while house.queue and free:
            worker = free.pop(chance.randrange(len(free)))
            waiting = {job.batch_id for job in house.queue}
            job, turn = house.take(turns[worker])
            if not await turn.__aenter__():
                await turn.__aexit__(None, None, None)
                free.append(worker)
                # A whole round each at the most, for as many jobs as saturated batches can have.
                assert house.put_back - put_back <= (house.workers * len(house.queue) + 1) * house.slots * house.workers
                continue
            others = Counter(one.batch_id for _, one, _ in running)
            if house.has_database and any(others[batch] < share for batch in waiting - {job.batch_id}):
                assert others[job.batch_id] < share, "a job of a batch whose share is used up went first"
            put_back = house.put_back
            house.claimed[job.batch_id] += 1
            running.append((worker, job, turn))
            begun.append(job)
        if running:
            worker, job, turn = running.pop(chance.randrange(len(running)))
            await turn.__aexit__(None, None, None)
            house.claimed[job.batch_id] -= 1
            free.append(worker)
    assert len(begun) == len({job.job_id for job in begun}) == sum(sizes)


async def test_what_comes_again_is_not_put_back_and_counts_its_deaths() -> None:
    house = House(workers=2, slots=2)
    house.queue.extend([*of_a_batch(4), *of_a_batch(1)])
    turns = house.a_worker()
    for _ in range(3):
        job, turn = house.take(turns)
        assert await turn.__aenter__()
        house.claimed[job.batch_id] += 1

    _, again = house.take(turns, redelivered=True)

    assert await again.__aenter__()
    assert house.put_back == 0


async def test_what_could_not_be_put_back_is_asked_again_and_nothing_is_held_meanwhile() -> None:
    house = House(workers=1, slots=2, has_database=False)
    house.queue.extend([*of_a_batch(2), *of_a_batch(1)])
    turns = house.a_worker()
    assert await house.take(turns)[1].__aenter__()
    house.lost = True
    job, turn = house.take(turns)
    with pytest.raises(Transient):
        await turn.__aenter__()
    assert turns._at_work == {job.batch_id: 1}
    house.lost = False
    house.queue.appendleft(job)
    assert not await house.take(turns)[1].__aenter__()
    assert house.queue[-1] == job


async def test_without_a_database_a_worker_counts_its_own() -> None:
    house = House(workers=1, slots=5, has_database=False)
    many, (one,) = of_a_batch(5), of_a_batch(1)
    house.queue.extend([*many, one])
    turns, begun = house.a_worker(), []
    for _ in range(6):
        job, turn = house.take(turns)
        if await turn.__aenter__():
            begun.append(job)
    assert begun == [*many[:3], one]
    assert list(house.queue) == many[3:]
