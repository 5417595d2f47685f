from __future__ import annotations

import asyncio
import random
import socket
import time
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

import httpx2
import orjson
import pytest

from schema.events import BatchCancelled, BatchNotificationSent, BatchRetryRequested, JobRetryScheduled, RetriedJob
from schema.identity import job_id, result_code
from schema.states import BatchStatus, ErrorCode, Stage
from services.runtime.clock import new_id
from tests.integration.api.ledger import SWIM
from tests.integration.line import Line

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from uuid import UUID

    from tests.integration.api.conftest import Serve
    from tests.integration.api.ledger import Ledger

SSE = {"Accept": "text/event-stream"}


@asynccontextmanager
async def watching(
    api: httpx2.AsyncClient, batch_id: UUID, after: int | None = None
) -> AsyncIterator[AsyncIterator[httpx2.ServerSentEvent]]:
    """An open stream: its events, without what only greets."""
    headers = {} if after is None else {"Last-Event-ID": str(after)}
    async with api.sse(f"/api/batches/{batch_id}/events", headers=headers) as source:
        assert source.response.status_code == 200, await source.response.aread()

        async def told() -> AsyncIterator[httpx2.ServerSentEvent]:
            async for event in source:
                if event.data:
                    yield event

        events = told()
        yield events


async def ids(api: httpx2.AsyncClient, batch_id: UUID, after: int | None = None) -> list[int]:
    """The ids of a stream that ends."""
    async with watching(api, batch_id, after) as events:
        return [int(event.id) async for event in events]


async def test_a_batch_is_told_from_its_first_event_to_its_last(api: httpx2.AsyncClient, ledger: Ledger) -> None:
    batch_id = await ledger.submitted()
    job = job_id(batch_id, 1)
    async with watching(api, batch_id) as events:
        await ledger.started(batch_id)
        await ledger.entered(batch_id, Stage.EXTRACTING)
        first = [await anext(events), await anext(events)]
        waits = JobRetryScheduled(
            job_id=job, attempt=1, error_code=ErrorCode.TIMEOUT, error_message="slow", delay_seconds=4
        )
        await ledger.record(batch_id, waits)
        await ledger.completed(batch_id, 1, SWIM)
        await ledger.over(batch_id)
        rest = [event async for event in events]
    told = [*first, *rest]
    assert [(int(event.id), event.event) for event in told] == [
        (2, "batch_started"),
        (3, "job_progress"),
        (4, "job_retry_scheduled"),
        (5, "job_completed"),
        (6, "batch_completed"),
    ]
    data = [orjson.loads(event.data) for event in told]
    assert all(one["batch_id"] == str(batch_id) and one["occurred_at"] for one in data)
    assert [one["event_id"] for one in data] == [2, 3, 4, 5, 6]
    assert (data[1]["job_id"], data[1]["sequence"], data[1]["stage"]) == (str(job), 1, "extracting")
    assert data[2]["delay_seconds"] == 4
    completed = {key: data[3][key] for key in ("attempt", "cached", "result_code", "swims", "warnings", "sequence")}
    assert completed == {
        "attempt": 1,
        "cached": False,
        "result_code": result_code(job),
        "swims": 1,
        "warnings": [],
        "sequence": 1,
    }
    assert "extraction" not in data[3]
    assert (data[4]["status"], data[4]["completed_pdfs"]) == ("completed", 2)


async def test_a_client_that_comes_back_gets_what_it_missed(api: httpx2.AsyncClient, ledger: Ledger) -> None:
    batch_id = await ledger.submitted()
    await ledger.started(batch_id)
    for stage in (Stage.DOWNLOADING, Stage.EXTRACTING):
        await ledger.entered(batch_id, stage)
    async with watching(api, batch_id, after=2) as events:
        assert [int((await anext(events)).id), int((await anext(events)).id)] == [3, 4]
        await ledger.over(batch_id)
        assert [int(event.id) async for event in events] == [5]
    assert await ids(api, batch_id, after=3) == [4, 5]
    assert await ids(api, batch_id) == [2, 3, 4, 5]
    query = await api.get(f"/api/batches/{batch_id}/events?last_event_id=4", headers=SSE)
    assert b"id: 5\n" in query.content
    assert b"id: 4\n" not in query.content


async def test_at_the_end_of_a_batch_there_is_no_more(api: httpx2.AsyncClient, ledger: Ledger) -> None:
    batch_id = await ledger.submitted()
    await ledger.record(batch_id, BatchCancelled(), status=BatchStatus.CANCELLED)
    assert await ids(api, batch_id) == [2]
    await ledger.record(batch_id, BatchNotificationSent())
    for cursor in ("2", "3"):
        answer = await api.get(f"/api/batches/{batch_id}/events", headers={**SSE, "Last-Event-ID": cursor})
        assert (answer.status_code, answer.content) == (204, b"")


async def test_a_retried_batch_goes_on_being_told(api: httpx2.AsyncClient, ledger: Ledger) -> None:
    batch_id = await ledger.submitted()
    await ledger.over(batch_id)
    again = BatchRetryRequested(jobs=(RetriedJob(job_id=job_id(batch_id, 1), attempt=2),))
    await ledger.record(batch_id, again, status=BatchStatus.PROCESSING)
    async with watching(api, batch_id, after=2) as events:
        await ledger.entered(batch_id, Stage.DOWNLOADING)
        assert int((await anext(events)).id) == 4
        await ledger.over(batch_id)
        assert [int(event.id) async for event in events] == [5]


async def test_a_cursor_that_is_none_or_too_far_is_told_so(api: httpx2.AsyncClient, ledger: Ledger) -> None:
    batch_id = await ledger.submitted()
    for cursor, wanted in (("2", (409, "cursor-ahead")), ("-1", (400, "bad-cursor")), ("x", (400, "bad-cursor"))):
        answer = await api.get(f"/api/batches/{batch_id}/events", headers={**SSE, "Last-Event-ID": cursor})
        assert (answer.status_code, answer.json()["type"]) == (wanted[0], f"/problems/{wanted[1]}")


async def test_a_stream_greets_at_once_and_beats(serve: Serve, ledger: Ledger) -> None:
    batch_id = await ledger.submitted()
    async with serve(beat_seconds=0.05) as api:
        request = api.build_request("GET", f"/api/batches/{batch_id}/events", headers=SSE)
        answer = await api.send(request, stream=True)
        chunks = answer.aiter_raw()
        greeting = await anext(chunks)
        assert greeting.startswith(b"retry: ")
        assert b": connected\n\n" in greeting
        assert await anext(chunks) == b": beat\n\n"
        await answer.aclose()
    assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert (answer.headers["x-accel-buffering"], answer.headers["cache-control"]) == ("no", "no-store")
    assert "content-encoding" not in answer.headers


async def test_a_stream_of_a_batch_on_its_way_waits_for_it(api: httpx2.AsyncClient, ledger: Ledger) -> None:
    batch_id = new_id()
    asked = asyncio.create_task(ids(api, batch_id))
    await asyncio.sleep(0)
    await ledger.submitted(batch_id)
    await ledger.over(batch_id)
    assert await asked == [2]


async def test_a_lost_wake_up_costs_one_poll(serve: Serve, ledger: Ledger) -> None:
    batch_id = await ledger.submitted()
    async with serve(poll_seconds=0.05) as api, watching(api, batch_id) as events:
        await ledger.started(batch_id)
        assert int((await anext(events)).id) == 2  # the look that a new stream causes is over
        for event_id in (3, 4):
            await ledger.entered(batch_id, Stage.DOWNLOADING, silent=True)
            assert int((await anext(events)).id) == event_id


async def test_a_lost_listener_comes_back(serve: Serve, ledger: Ledger) -> None:
    batch_id = await ledger.submitted()
    async with serve(poll_seconds=60) as api, watching(api, batch_id) as events:
        await ledger.started(batch_id)
        assert int((await anext(events)).id) == 2  # the look that a new stream causes is over
        killed = await ledger.connection.fetchval(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            " WHERE datname = current_database() AND application_name = 'heatstream-api-listen'"
        )
        assert killed == 1
        await ledger.entered(batch_id, Stage.DOWNLOADING)
        assert int((await anext(events)).id) == 3


async def test_a_database_that_goes_and_comes_back_costs_a_stream_nothing(
    serve: Serve, ledger: Ledger, database_url: str
) -> None:
    batch_id = await ledger.submitted()
    async with Line(database_url).laid() as line:
        through = urlunsplit(urlsplit(line.url)._replace(query="role=heatstream_api"))
        async with serve(database_url=through, poll_seconds=0.1) as api, watching(api, batch_id) as events:
            line.cut()
            away = await api.get(f"/api/batches/{batch_id}")
            assert (away.status_code, away.json()["type"]) == (503, "/problems/database-unavailable")
            await ledger.entered(batch_id, Stage.DOWNLOADING)
            line.mend()
            assert int((await anext(events)).id) == 2
            assert (await api.get(f"/api/batches/{batch_id}")).status_code == 200


async def test_nothing_is_missed_and_nothing_comes_twice_however_clients_come_and_go(
    api: httpx2.AsyncClient, ledger: Ledger
) -> None:
    batch_id, chance = await ledger.submitted(), random.Random(7)  # noqa: S311 - a game, not a secret

    async def follow(stays: random.Random) -> list[int]:
        received = list[int]()
        while not received or received[-1] != last:
            async with watching(api, batch_id, received[-1] if received else None) as events:
                for _ in range(stays.randint(1, 30)):
                    if (event := await anext(events, None)) is None:
                        break
                    received.append(int(event.id))
        return received

    last = 202
    async with asyncio.TaskGroup() as group:
        clients = [group.create_task(follow(random.Random(chance.random()))) for _ in range(5)]  # noqa: S311 - as above
        for _ in range(100):
            await ledger.entered(batch_id, Stage.EXTRACTING)
            await ledger.entered(batch_id, Stage.CACHING, silent=chance.random() < 0.3)
        await ledger.over(batch_id)
    assert [client.result() for client in clients] == [list(range(2, last + 1))] * 5


async def test_a_client_that_does_not_read_is_cut_off(serve: Serve, ledger: Ledger) -> None:
    batch_id = await ledger.submitted()
    async with serve(stream_buffer=300) as api, watching(api, batch_id) as events:
        slow = socket.socket()
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        slow.connect((api.base_url.host, api.base_url.port))
        reader, writer = await asyncio.open_connection(sock=slow, limit=1024)
        writer.write(
            f"GET /api/batches/{batch_id}/events HTTP/1.1\r\nHost: x\r\nAccept: {SSE['Accept']}\r\n\r\n".encode()
        )
        await reader.readuntil(b": connected")
        received = 0
        for _ in range(40):
            await ledger.many(batch_id, 200)
            received += len([await anext(events) for _ in range(200)])
        assert received == 8000
        tail = await reader.read()
        writer.close()
    assert b"\r\n0\r\n\r\n" not in tail


@pytest.mark.parametrize("streams", [50])
async def test_streams_end_first_and_at_once(serve: Serve, ledger: Ledger, streams: int) -> None:
    batch_id = await ledger.submitted()
    limits = httpx2.Limits(max_connections=streams + 10)
    greeted = asyncio.Barrier(streams + 1)
    async with httpx2.AsyncClient(limits=limits, timeout=20) as many:

        async def follow() -> float:
            async with watching(many, batch_id) as events:
                await anext(events)
                await greeted.wait()
                async for _ in events:
                    pass
            return time.monotonic()

        async with serve() as api:
            many.base_url = api.base_url
            open_streams = [asyncio.create_task(follow()) for _ in range(streams)]
            await ledger.started(batch_id)
            await greeted.wait()
            began = time.monotonic()
        stopped = time.monotonic()
        ended = await asyncio.gather(*open_streams)
    assert max(ended) - began < 1
    assert stopped - began < 2
