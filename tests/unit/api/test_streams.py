"""The promise of a stream: every event after the cursor, in order, once, however things fall together."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import permutations
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from hypothesis import example, given, settings
from hypothesis import strategies as st

from services.api.guard import Guard
from services.api.sse import feed as feed_module
from services.api.sse import stream as stream_module
from services.api.sse.feed import Feed
from services.api.sse.frames import Frame, Placed
from services.api.sse.hub import Hub
from services.api.sse.stream import EventStream, Head

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Mapping

BATCHES = [f"0199c0de-0000-7000-8000-00000000000{number}" for number in range(3)]
BATCH = BATCHES[0]
#: What a client may watch: each choice of batches, in each order.
CHOICES = [choice for size in (1, 2, 3) for choice in permutations(BATCHES, size)]
ROWS_A_LOOK = 3
SCOPE = {"type": "http", "method": "GET", "headers": []}


@dataclass
class FakeLog:
    """A log whose answers take as many turns of the loop as they are told, before and after they are true."""

    turns: Iterator[int]
    rows: dict[str, list[Placed]] = field(default_factory=lambda: {batch_id: [] for batch_id in BATCHES})
    over: set[str] = field(default_factory=set)

    def commit(self, batch_id: str = BATCH, *, told: bool, last: bool = False) -> None:
        if batch_id in self.over:
            return
        event_id = len(self.rows[batch_id]) + 1
        wire = b"event: %s %d\n\n" % (batch_id.encode(), event_id) if told else b""
        frame = Frame(batch_id, event_id, wire, True if last else None) if told or last else None
        self.rows[batch_id].append(Placed(event_id, frame))
        if last:
            self.over.add(batch_id)

    def told(self, batch_id: str) -> list[int]:
        return [placed.event_id for placed in self.rows[batch_id] if placed.frame is not None and placed.frame.wire]

    async def head(self, batch_id: str) -> Head:
        await self.dawdle()
        head = Head(len(self.rows[batch_id]), batch_id in self.over)
        await self.dawdle()
        return head

    async def news(self, after: Mapping[str, int]) -> dict[str, list[Placed]]:
        await self.dawdle()
        found = {batch_id: self.rows[batch_id][cursor : cursor + ROWS_A_LOOK] for batch_id, cursor in after.items()}
        await self.dawdle()
        return {batch_id: rows for batch_id, rows in found.items() if rows}

    async def dawdle(self) -> None:
        for _ in range(next(self.turns)):
            await asyncio.sleep(0)


class Client:
    """An EventSource: comes back with the last id that it heard, and knows no more, until there is no more."""

    def __init__(self, hub: Hub, log: FakeLog, watched: Sequence[str]) -> None:
        self.hub, self.log, self.watched = hub, log, watched
        self.received: dict[str, list[int]] = {batch_id: [] for batch_id in watched}
        self.last_id = ".".join("0" for _ in watched)
        self.leave, self.reading = asyncio.Event(), asyncio.Event()
        self.reading.set()

    async def follow(self) -> None:
        over = False
        while not over:
            over = await self._connect()
            await asyncio.sleep(0)

    async def _connect(self) -> bool:
        self.leave, here, statuses = asyncio.Event(), True, list[int]()
        gone = self.leave

        async def receive() -> dict[str, Any]:
            nonlocal here
            await gone.wait()
            here = False
            return {"type": "http.disconnect"}

        async def send(message: Any) -> None:  # noqa: ANN401 - ASGI's
            await self.log.dawdle()
            if here:
                await self.reading.wait()
            if message["type"] == "http.response.start":
                statuses.append(message["status"])
            elif here and not gone.is_set():
                self._hear(message["body"])

        cursors = dict(zip(self.watched, map(int, self.last_id.split(".")), strict=True))
        await Guard(EventStream(self.hub, self.log, cursors, beat_seconds=5))(dict(SCOPE), receive, send)
        return statuses == [204]

    def _hear(self, body: bytes) -> None:
        for frame in body.decode().split("\n\n"):
            if not frame.startswith("id: "):
                continue
            identified, event = frame.split("\n")
            self.last_id = identified.removeprefix("id: ")
            batch_id, event_id = event.removeprefix("event: ").split()
            self.received[batch_id].append(int(event_id))


class Step:
    """What can happen while clients follow batches; with a number that says which, and turns of the loop after it."""

    COMMIT, COMMIT_UNTOLD, END, END_UNTOLD, WAKE, LEAVE, STALL, READ, JOIN = range(9)


Steps = Sequence[tuple[int, int, int]]


@settings(max_examples=300)
@given(
    first=st.sampled_from(CHOICES),
    steps=st.lists(
        st.tuples(
            st.sampled_from([Step.COMMIT, Step.COMMIT, Step.WAKE, Step.LEAVE, Step.JOIN, *range(9)]),
            st.integers(0, len(CHOICES) - 1),
            st.integers(0, 9),
        ),
        max_size=40,
    ),
    turns=st.lists(st.integers(0, 6), min_size=1, max_size=30),
    buffer_frames=st.integers(1, 6),
)
# Another stream moved the hub past the head that was read.
@example(first=(BATCH,), steps=[(Step.JOIN, 0, 1)], turns=[1, 0], buffer_frames=1)
# The hub was behind the head of a batch that is over.
@example(
    first=(BATCH,),
    steps=[(Step.COMMIT, 0, 0), (Step.COMMIT, 0, 7), (Step.JOIN, 0, 0)],
    turns=[0],
    buffer_frames=1,
)
# One of two batches is over before the other one goes on.
@example(
    first=CHOICES[3],
    steps=[(Step.END, 0, 9), (Step.COMMIT, 1, 9), (Step.WAKE, 1, 9)],
    turns=[0],
    buffer_frames=4,
)
def test_each_client_gets_every_event_of_each_batch_once_and_in_order(
    first: Sequence[str], steps: Steps, turns: list[int], buffer_frames: int
) -> None:
    with (
        patch.object(feed_module, "ROWS_A_BATCH", ROWS_A_LOOK),
        patch.object(feed_module, "BATCHES_A_QUERY", 2),
        patch.object(feed_module, "UNSURE_A_QUERY", 1),
        patch.object(stream_module, "HURRY_SECONDS", 0.0),
    ):
        asyncio.run(_scenario(first, steps, turns, buffer_frames))


async def _scenario(first: Sequence[str], steps: Steps, turns: list[int], buffer_frames: int) -> None:
    log, hub = FakeLog(_forever(turns)), Hub(buffer_frames)
    for batch_id in BATCHES:
        log.commit(batch_id, told=False)
    async with asyncio.timeout(10), Feed(hub, log, poll_seconds=0.002):
        clients = [Client(hub, log, first)]
        async with asyncio.TaskGroup() as following:
            following.create_task(clients[0].follow())
            for step, number, turns_after in steps:
                _take(step, number, log, hub, clients)
                if step == Step.JOIN:
                    following.create_task(clients[-1].follow())
                for _ in range(turns_after):
                    await asyncio.sleep(0)
            for batch_id in BATCHES:
                log.commit(batch_id, told=True, last=True)
            for client in clients:
                client.reading.set()
    for client in clients:
        assert client.received == {batch_id: log.told(batch_id) for batch_id in client.watched}
    assert not hub._topics


def _take(step: int, number: int, log: FakeLog, hub: Hub, clients: list[Client]) -> None:
    batch_id, client = BATCHES[number % len(BATCHES)], clients[number % len(clients)]
    match step:
        case Step.COMMIT | Step.COMMIT_UNTOLD:
            log.commit(batch_id, told=step == Step.COMMIT)
        case Step.END | Step.END_UNTOLD:
            log.commit(batch_id, told=step == Step.END, last=True)
        case Step.WAKE:
            hub.stir(frozenset({batch_id}))
        case Step.LEAVE:
            client.leave.set()
        case Step.STALL:
            client.reading.clear()
        case Step.READ:
            client.reading.set()
        case Step.JOIN:
            clients.append(Client(hub, log, CHOICES[number]))


def _forever(turns: list[int]) -> Iterator[int]:
    while True:
        yield from turns


@asynccontextmanager
async def _open(
    hub: Hub, log: FakeLog, *, beat_seconds: float = 5, beaten: asyncio.Event | None = None
) -> AsyncIterator[tuple[list[bytes], asyncio.Event]]:
    """An open stream: what it wrote, and an event that stops its client's reading while it is clear."""
    written, reading, started = list[bytes](), asyncio.Event(), asyncio.Event()
    reading.set()

    async def receive() -> dict[str, Any]:
        await asyncio.Event().wait()
        raise AssertionError

    async def send(message: Any) -> None:  # noqa: ANN401 - ASGI's
        await reading.wait()
        if message["type"] == "http.response.body":
            written.append(message["body"])
            started.set()
            if beaten and message["body"] == b": beat\n\n":
                beaten.set()

    stream = Guard(EventStream(hub, log, {BATCH: 0}, beat_seconds=beat_seconds))
    task = asyncio.create_task(stream(dict(SCOPE), receive, send))
    await started.wait()
    try:
        yield written, reading
        async with asyncio.timeout(5):
            await task
    finally:
        task.cancel()


async def test_a_client_that_does_not_read_is_cut_off_and_the_others_are_not() -> None:
    hub, log = Hub(3), FakeLog(_forever([0]))
    log.commit(told=False)
    async with _open(hub, log) as (slow_wrote, slow_reads), _open(hub, log) as (_, _reads):
        slow_reads.clear()
        for _ in range(5):
            log.commit(told=True)
            hub.publish(BATCH, log.rows[BATCH][-1:])
            for _ in range(5):
                await asyncio.sleep(0)
        (subscription,) = (one for one in hub._topics[BATCH].subscriptions if not one.cut)
        log.commit(told=True, last=True)
        hub.publish(BATCH, log.rows[BATCH][-1:])
    assert subscription.cut is False
    assert b"".join(slow_wrote).count(b"id: ") == 0


async def test_a_silent_stream_beats() -> None:
    beaten = asyncio.Event()
    hub, log = Hub(3), FakeLog(_forever([0]))
    log.commit(told=False)
    async with _open(hub, log, beat_seconds=0.01, beaten=beaten) as (written, _):
        for _ in range(3):
            await beaten.wait()
            beaten.clear()
        hub.close()
    assert written[0].startswith(b"retry: ")
    assert written[-1] == b""
