from __future__ import annotations

import asyncio
import random
from typing import TYPE_CHECKING

import httpx2
import pytest

from schema.events import (
    BatchCancelled,
    BatchNotificationRequested,
    BatchRetryRequested,
    JobFailed,
    JobRetryScheduled,
    RetriedJob,
)
from schema.identity import job_id
from schema.states import BatchStatus, ErrorCode, Stage
from schema.views import EventsView
from services.api.reads import Reads
from services.client.async_gateway import AsyncGateway
from tests.integration.api.forms import refusal, until
from tests.integration.api.ledger import SWIM

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from uuid import UUID

    from services.client.following import BatchNews
    from tests.integration.api.conftest import Serve
    from tests.integration.api.ledger import Ledger


async def page(api: httpx2.AsyncClient, url: str) -> tuple[EventsView, str]:
    """A page of the log, and its `Link`."""
    answer = await api.get(url)
    assert answer.status_code == 200, answer.text
    return EventsView.model_validate_json(answer.content), answer.headers["link"]


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many events each look at the log found."""
    found, events = list[int](), Reads.events

    async def watched(self: Reads, batch_id: UUID, after: int, limit: int) -> EventsView:
        page = await events(self, batch_id, after, limit)
        found.append(len(page.events))
        return page

    monkeypatch.setattr(Reads, "events", watched)
    return found


async def test_a_page_is_answered_when_it_has_an_event(serve: Serve, ledger: Ledger, looks: list[int]) -> None:
    batch_id = await ledger.submitted()
    url = f"/api/batches/{batch_id}/events"
    async with serve(poll_seconds=60) as api:
        first, link = await page(api, f"{url}?wait=30")
        assert ([event["eventid"] for event in first.events], first.next_after, first.over) == ([1], 1, False)
        assert f'<{url}?after=1&limit=500&wait=30>; rel="next"' in link
        waiting = asyncio.create_task(page(api, f"{url}?after=1&wait=30"))
        await until(lambda: len(looks) == 2)
        await ledger.entered(batch_id, Stage.EXTRACTING)
        async with asyncio.timeout(10):
            second, _ = await waiting
        assert ([event["eventid"] for event in second.events], looks) == ([2], [1, 0, 1])
        await ledger.over(batch_id)
        last, link = await page(api, f"{url}?after=2&wait=30")
        assert ([event["eventid"] for event in last.events], last.next_after, last.over) == ([3], None, True)
        assert "next" not in link
        async with asyncio.timeout(10):
            after_all, _ = await page(api, f"{url}?after=3&wait=30")
        assert (after_all.events, after_all.next_after, after_all.over) == ((), None, True)


async def test_a_wait_that_is_over_is_answered_with_where_to_go_on(api: httpx2.AsyncClient, ledger: Ledger) -> None:
    batch_id = await ledger.submitted()
    for wait in (0, 1):
        empty, link = await page(api, f"/api/batches/{batch_id}/events?after=1&limit=7&wait={wait}")
        assert (empty.events, empty.next_after, empty.over) == ((), 1, False)
        assert f"after=1&limit=7&wait={wait}>" in link


async def test_what_cannot_be_waited_for_is_refused(api: httpx2.AsyncClient, ledger: Ledger) -> None:
    url = f"/api/batches/{await ledger.submitted()}/events"
    for wait in ("31", "-1", "x", "0.5", ""):
        assert refusal(await api.get(f"{url}?wait={wait}")) == (400, "bad-page")
    assert refusal(await api.get(f"{url}?after=2&wait=30")) == (409, "cursor-ahead")


async def test_a_stop_answers_who_waits(serve: Serve, ledger: Ledger, looks: list[int]) -> None:
    url = f"/api/batches/{await ledger.submitted()}/events?after=1&wait=30"
    async with asyncio.timeout(20), httpx2.AsyncClient(timeout=60) as client:
        async with serve() as api:
            waiting = asyncio.create_task(page(client, str(api.base_url.join(url))))
            await until(lambda: len(looks) == 1)
        empty, _ = await waiting
    assert (empty.events, empty.next_after, empty.over) == ((), 1, False)


async def test_it_tells_what_a_stream_tells(api: httpx2.AsyncClient, ledger: Ledger) -> None:
    async with AsyncGateway(str(api.base_url)) as client:
        for seed in range(5):
            batch_id, chance = await ledger.submitted(), random.Random(seed)  # noqa: S311 - a game, not a secret
            after = chance.choice([0, 0, 1])

            async def told(events: AsyncIterator[BatchNews]) -> list[BatchNews]:
                return [news async for news in events]

            async with asyncio.timeout(30), asyncio.TaskGroup() as group:
                streams = [group.create_task(told(client.events(batch_id, after)))]
                polls = [group.create_task(told(client.poll(batch_id, after))) for _ in range(2)]
                await happen(ledger, batch_id, chance)
            late = await told(client.events(batch_id, after)), await told(client.poll(batch_id, after))
            assert streams[0].result() == late[0]
            assert [one.result() for one in polls] == [late[0]] * 2
            assert late[1] == late[0]
            assert len(late[0]) > 3


async def happen(ledger: Ledger, batch_id: UUID, chance: random.Random) -> None:
    """All kinds of events, some at once, some after a while; in the end the batch is over."""
    job = job_id(batch_id, 2)
    failure = {"job_id": job, "attempt": 1, "error_code": ErrorCode.TIMEOUT, "error_message": "slow"}
    await ledger.started(batch_id)
    for _ in range(chance.randint(2, 12)):
        match chance.randrange(6):
            case 0:
                await ledger.record(batch_id, JobRetryScheduled.model_validate({**failure, "delay_seconds": 4}))
            case 1:
                await ledger.record(batch_id, JobFailed.model_validate({**failure, "retriable": True}))
            case 2:
                await ledger.record(batch_id, BatchRetryRequested(jobs=(RetriedJob(job_id=job, attempt=2),)))
            case 3:
                await ledger.record(batch_id, BatchNotificationRequested(email="parent@example.org"))
            case 4:
                await asyncio.sleep(chance.random() / 50)
            case _:
                await ledger.entered(batch_id, chance.choice(list(Stage)), silent=chance.random() < 0.2)
    await ledger.completed(batch_id, 1, SWIM, SWIM)
    if chance.random() < 0.5:
        await ledger.over(batch_id)
    else:
        await ledger.record(batch_id, BatchCancelled(), status=BatchStatus.CANCELLED)
