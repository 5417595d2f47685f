"""The promise of a poll: who follows `next_after` meets the whole log, however things fall together."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from itertools import cycle
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from schema.views import EventsView
from services.api.sse.feed import Feed
from services.api.sse.frames import placed
from services.api.sse.hub import Hub
from services.api.sse.poll import poll
from services.runtime.clock import now

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from services.api.sse.frames import Placed

BATCH = UUID("0199c0de-0000-7000-8000-000000000000")
PAGE = 3
#: Longer than a test may take: nothing here is answered because its time was over.
LONG_SECONDS = 60


@dataclass
class FakeLog:
    """A log whose answers take as many turns of the loop as they are told, before and after they are true."""

    turns: Iterator[int]
    types: list[str] = field(default_factory=lambda: ["batch.submitted"])
    looks: int = 0

    async def events(self, batch_id: UUID, after: int, limit: int) -> EventsView:
        self.looks += 1
        await self._dawdle()
        head, over = len(self.types), self.types[-1] == "batch.completed"
        page = tuple({"eventid": number} for number in range(after + 1, min(head, after + limit) + 1))
        await self._dawdle()
        return EventsView(batch_id=batch_id, events=page, next_after=None, over=over and after + len(page) == head)

    async def news(self, after: Mapping[str, int]) -> dict[str, list[Placed]]:
        await self._dawdle()
        found = {
            batch_id: [self._placed(number) for number in self._beyond(cursor)] for batch_id, cursor in after.items()
        }
        await self._dawdle()
        return {batch_id: rows for batch_id, rows in found.items() if rows}

    def _beyond(self, cursor: int) -> range:
        return range(cursor + 1, len(self.types) + 1)

    def _placed(self, number: int) -> Placed:
        row = {"batch_id": BATCH, "event_id": number, "type": self.types[number - 1], "data": {}, "sequence": None}
        return placed({**row, "occurred_at": now()})

    async def _dawdle(self) -> None:
        for _ in range(next(self.turns)):
            await asyncio.sleep(0)


@dataclass
class Late:
    """A log that has the next event just after it was looked at."""

    log: FakeLog

    async def events(self, batch_id: UUID, after: int, limit: int) -> EventsView:
        page = await self.log.events(batch_id, after, limit)
        self.log.types.append("job.stage_entered")
        return page


async def stays() -> Any:  # noqa: ANN401 - ASGI's
    """A client that does not leave."""
    await asyncio.Event().wait()


async def follow(hub: Hub, log: FakeLog) -> list[int]:
    """All of a batch, as a client follows it; a page that ends an endless wait without news is a miss."""
    came = list[int]()
    after: int | None = 0
    while after is not None:
        page = await poll(hub, log, BATCH, after, PAGE, LONG_SECONDS, stays)
        came += [event["eventid"] for event in page.events]
        assert page.next_after == (None if page.over else (came or [0])[-1])
        after = page.next_after
    return came


@settings(max_examples=150)
@given(
    steps=st.lists(st.integers(0, 4), max_size=30),
    turns=st.lists(st.integers(0, 4), min_size=1, max_size=30),
    buffer_frames=st.integers(1, 6),
)
@example(steps=[0, 3, 4, 0, 2], turns=[3, 0, 1], buffer_frames=1)
def test_each_client_meets_the_whole_log_in_order(steps: list[int], turns: list[int], buffer_frames: int) -> None:
    asyncio.run(_scenario(steps, turns, buffer_frames))


async def _scenario(steps: list[int], turns: list[int], buffer_frames: int) -> None:
    log, hub = FakeLog(cycle(turns)), Hub(buffer_frames)
    async with asyncio.timeout(10), Feed(hub, log, poll_seconds=0.002), asyncio.TaskGroup() as group:
        clients = [group.create_task(follow(hub, log))]
        for step in steps:
            match step:
                case 0:
                    log.types.append("job.stage_entered")
                case 1:
                    log.types.append("batch.notification_sent")  # which no stream tells
                case 2:
                    hub.stir(frozenset({str(BATCH)}))
                case 3:
                    clients.append(group.create_task(follow(hub, log)))
                case _:
                    await asyncio.sleep(0)
        log.types.append("batch.completed")
    whole = list(range(1, len(log.types) + 1))
    assert [client.result() for client in clients] == [whole] * len(clients)
    assert not hub._topics


@pytest.mark.parametrize("ends", ["time", "client", "hub"])
async def test_a_wait_without_news_looks_once_and_leaves_nothing_behind(ends: str) -> None:
    hub, log, gone, before = Hub(5), FakeLog(cycle([0])), asyncio.Event(), asyncio.all_tasks()
    messages = iter([{"type": "http.request"}, {"type": "http.disconnect"}])

    async def receive() -> Any:  # noqa: ANN401 - ASGI's
        message = next(messages)
        if message["type"] == "http.disconnect":
            await gone.wait()
        return message

    waiting = asyncio.create_task(poll(hub, log, BATCH, 1, PAGE, 0 if ends == "time" else LONG_SECONDS, receive))
    if ends != "time":
        await asyncio.sleep(0.01)
        assert hub._topics
        assert not waiting.done()
        gone.set() if ends == "client" else hub.close()
    async with asyncio.timeout(5):
        page = await waiting
    assert (page.events, page.next_after, page.over) == ((), 1, False)
    assert log.looks == (2 if ends == "hub" else 1)
    assert not hub._topics
    assert asyncio.all_tasks() <= before


async def test_what_another_stream_has_moved_the_hub_past_is_looked_for_at_once() -> None:
    hub, log = Hub(5), FakeLog(cycle([0]))
    hub.join([str(BATCH)])
    hub.anchor(str(BATCH), 2)  # it read the event that the first look did not find yet
    async with asyncio.timeout(5):
        page = await poll(hub, Late(log), BATCH, 1, PAGE, LONG_SECONDS, stays)
    assert (page.events, log.looks) == (({"eventid": 2},), 2)


async def test_what_the_hub_tells_late_is_no_news() -> None:
    hub, log = Hub(5), FakeLog(cycle([0]), ["batch.submitted", "batch.started"])
    hub.join([str(BATCH)])
    hub.anchor(str(BATCH), 1)
    waiting = asyncio.create_task(poll(hub, log, BATCH, 2, PAGE, LONG_SECONDS, stays))
    await asyncio.sleep(0.01)
    hub.publish(str(BATCH), [log._placed(2)])
    await asyncio.sleep(0.01)
    assert (waiting.done(), log.looks) == (False, 1)
    log.types.append("batch.completed")
    hub.publish(str(BATCH), [log._placed(3)])
    async with asyncio.timeout(5):
        assert (await waiting).over
