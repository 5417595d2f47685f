from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import httpx2
import orjson

from schema.events import BatchCancelled, BatchNotificationSent, BatchRetryRequested, JobRetryScheduled, RetriedJob
from schema.identity import job_id, result_code
from schema.states import BatchStatus, ErrorCode, Stage
from services.runtime.clock import new_id
from tests.integration.api.ledger import SWIM
from tests.integration.api.streams import SSE, ids, watching

if TYPE_CHECKING:
    from tests.integration.api.conftest import Serve
    from tests.integration.api.ledger import Ledger


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
        assert [int((await anext(events)).id) for _ in range(2)] == [3, 4]
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
