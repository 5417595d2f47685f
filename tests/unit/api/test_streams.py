"""The promise of a stream: every event after the cursor, in order, once, however things fall together."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from hypothesis import example, given, settings
from hypothesis import strategies as st

from services.api.sse import feed as feed_module
from services.api.sse.feed import Feed
from services.api.sse.frames import Frame, Placed
from services.api.sse.hub import Hub
from services.api.sse.stream import EventStream, Head

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Mapping

BATCH = "0199c0de-0000-7000-8000-000000000000"
ROWS_A_LOOK = 3


@dataclass
class FakeLog:
    """A log whose answers take as many turns of the loop as they are told, before and after they are true."""

    turns: Iterator[int]
    rows: list[Placed] = field(default_factory=list)
    over: bool = False

    def commit(self, *, told: bool, last: bool = False) -> None:
        event_id = len(self.rows) + 1
        frame = Frame(event_id, b"id: %d\n\n" % event_id, last) if told or last else None
        self.rows.append(Placed(event_id, frame))
        self.over = self.over or last

    async def head(self, batch_id: str) -> Head:
        assert batch_id == BATCH
        await self._dawdle()
        head = Head(len(self.rows), self.over)
        await self._dawdle()
        return head

    async def news(self, after: Mapping[str, int]) -> dict[str, list[Placed]]:
        await self._dawdle()
        found = {batch_id: self.rows[cursor : cursor + ROWS_A_LOOK] for batch_id, cursor in after.items()}
        await self._dawdle()
        return {batch_id: rows for batch_id, rows in found.items() if rows}

    async def _dawdle(self) -> None:
        for _ in range(next(self.turns)):
            await asyncio.sleep(0)


@dataclass
class Client:
    """Comes back with its cursor until the stream says that there is no more."""

    hub: Hub
    log: FakeLog
    received: list[int] = field(default_factory=list)
    leave: asyncio.Event = field(default_factory=asyncio.Event)

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
            await self.log._dawdle()
            if message["type"] == "http.response.start":
                statuses.append(message["status"])
            elif here and not gone.is_set():
                lines = message["body"].decode().splitlines()
                self.received += [int(line[4:]) for line in lines if line.startswith("id: ")]

        cursor = self.received[-1] if self.received else 0
        await EventStream(self.hub, self.log, BATCH, cursor, beat_seconds=5)({}, receive, send)
        return statuses == [204]


class Step:
    """What can happen while clients follow a batch."""

    COMMIT, COMMIT_UNTOLD, WAKE, LEAVE_FIRST, LEAVE_LAST, JOIN, TURN, TURNS = range(8)


@settings(max_examples=150)
@given(
    steps=st.lists(st.integers(0, 7), max_size=40),
    turns=st.lists(st.integers(0, 4), min_size=1, max_size=30),
    buffer_frames=st.integers(1, 6),
)
@example(steps=[5, 6], turns=[1, 0], buffer_frames=1)  # another stream moved the hub past the head that was read
@example(steps=[0, 0, 7, 5], turns=[0], buffer_frames=1)  # the hub was behind the head of a batch that is over
def test_each_client_gets_every_event_once_and_in_order(steps: list[int], turns: list[int], buffer_frames: int) -> None:
    with patch.object(feed_module, "ROWS_A_BATCH", ROWS_A_LOOK):
        asyncio.run(_scenario(steps, turns, buffer_frames))


async def _scenario(steps: list[int], turns: list[int], buffer_frames: int) -> None:
    log, hub = FakeLog(_forever(turns)), Hub(buffer_frames)
    log.commit(told=False)
    async with asyncio.timeout(10), Feed(hub, log, poll_seconds=0.002):
        clients = [Client(hub, log)]
        async with asyncio.TaskGroup() as following:
            following.create_task(clients[0].follow())
            for step in steps:
                _take(step, log, hub, clients)
                if step == Step.JOIN:
                    following.create_task(clients[-1].follow())
                for _ in range({Step.TURN: 1, Step.TURNS: 7}.get(step, 0)):
                    await asyncio.sleep(0)
            log.commit(told=True, last=True)
    told = [placed.event_id for placed in log.rows if placed.frame is not None]
    for client in clients:
        assert client.received == told
    assert not hub._topics


def _take(step: int, log: FakeLog, hub: Hub, clients: list[Client]) -> None:
    match step:
        case Step.COMMIT | Step.COMMIT_UNTOLD:
            log.commit(told=step == Step.COMMIT)
        case Step.WAKE:
            hub.stir(frozenset({BATCH}))
        case Step.LEAVE_FIRST:
            clients[0].leave.set()
        case Step.LEAVE_LAST:
            clients[-1].leave.set()
        case Step.JOIN:
            clients.append(Client(hub, log))


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

    stream = EventStream(hub, log, BATCH, 0, beat_seconds=beat_seconds)
    task = asyncio.create_task(stream({}, receive, send))
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
            hub.publish(BATCH, log.rows[-1:])
            for _ in range(5):
                await asyncio.sleep(0)
        (subscription,) = (one for one in hub._topics[BATCH].subscriptions if not one.cut)
        log.commit(told=True, last=True)
        hub.publish(BATCH, log.rows[-1:])
    assert subscription.cut is False
    assert b"".join(slow_wrote).count(b"id: ") == 0


async def test_a_silent_stream_beats() -> None:
    beaten = asyncio.Event()
    hub, log = Hub(3), FakeLog(_forever([0]))
    log.commit(told=False)
    async with _open(hub, log, beat_seconds=0.01, beaten=beaten) as (written, _):
        await beaten.wait()
        hub.close()
    assert written[0].startswith(b"retry: ")
    assert written[-1] == b""
