from __future__ import annotations

import asyncio
import time
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from schema.events import JobFailed
from schema.extraction import EventStart
from schema.identity import job_id
from schema.states import ErrorCode, Stage
from schema.views import BatchView, EventsView, ResultsView, ResultView
from services.api import reads
from services.runtime.clock import new_id
from tests.integration.api.ledger import SWIM, SWIMMER

if TYPE_CHECKING:
    import httpx2

    from tests.integration.api.conftest import Serve
    from tests.integration.api.ledger import Ledger

REPORTED = EventStart(event_number="12", start="09:30", heats=3, heat_interval_seconds=20)


async def test_a_batch_is_shown_with_its_jobs_in_order(api: httpx2.AsyncClient, ledger: Ledger) -> None:
    batch_id = await ledger.submitted(sheets=3)
    answer = await api.get(f"/api/batches/{batch_id}")
    view = BatchView.model_validate_json(answer.content)
    assert (view.id, view.swimmer_name, view.total_pdfs, view.last_event_id) == (batch_id, SWIMMER, 3, 1)
    assert [(job.sequence, job.filename, job.source_url) for job in view.jobs] == [
        (1, "friday.pdf", None),
        (2, None, "https://example.org/2.pdf"),
        (3, None, "https://example.org/3.pdf"),
    ]
    assert answer.headers["cache-control"] == "no-store"


async def test_a_schedule_groups_sheets_and_names_what_is_missing(api: httpx2.AsyncClient, ledger: Ledger) -> None:
    batch_id = await ledger.submitted(sheets=4)
    await ledger.completed(batch_id, 2, SWIM, SWIM.model_copy(update={"event_number": "14"}))
    first = await ledger.completed(batch_id, 1, SWIM)
    await ledger.connection.execute(
        "UPDATE batch_jobs SET status = 'failed', error_code = 'NO_TEXT', error_message = 'no text' WHERE id = $1",
        job_id(batch_id, 3),
    )
    view = ResultsView.model_validate_json((await api.get(f"/api/batches/{batch_id}/results")).content)
    assert [result.source for result in view.results] == ["friday.pdf", "https://example.org/2.pdf"]
    assert [[swim.duplicate for swim in result.swims] for result in view.results] == [[False], [True, False]]
    assert view.results[0].result_code == first
    assert [(failed.job_id, failed.error_code) for failed in view.failed] == [(job_id(batch_id, 3), ErrorCode.NO_TEXT)]
    assert view.unfinished == 1


async def test_a_share_link_shows_its_sheet_until_it_expires(api: httpx2.AsyncClient, ledger: Ledger) -> None:
    batch_id = await ledger.submitted()
    code = await ledger.completed(batch_id, 1, SWIM)
    expired = await ledger.completed(batch_id, 2, SWIM, age=timedelta(days=30))
    answer = await api.get(f"/result/{code}")
    view = ResultView.model_validate_json(answer.content)
    assert (view.source, view.swimmer_name, len(view.swims)) == ("friday.pdf", SWIMMER, 1)
    assert str(batch_id) not in answer.text
    for gone in (expired, "0123456789ab", "x", "x" * 300, "%00"):
        answer = await api.get(f"/result/{gone}")
        assert (answer.status_code, answer.json()["type"]) == (404, "/problems/not-found")


async def test_a_session_report_gives_its_times_to_the_sheets_of_its_batch(
    api: httpx2.AsyncClient, ledger: Ledger
) -> None:
    batch_id, stranger = await ledger.submitted(), await ledger.submitted()
    untimed = SWIM.model_copy(update={"heat_start_time": None, "swum_before_seconds": 150})
    code = await ledger.completed(batch_id, 1, untimed)
    await ledger.completed(batch_id, 2, timeline=(REPORTED,))
    other = await ledger.completed(stranger, 1, untimed)

    view = ResultsView.model_validate_json((await api.get(f"/api/batches/{batch_id}/results")).content)
    shared, alone = [
        ResultView.model_validate_json((await api.get(f"/result/{link}")).content) for link in (code, other)
    ]
    for swim in (view.results[0].swims[0], shared.swims[0]):
        assert (swim.heat_start_time, swim.heat_start_estimated) == ("09:33", True)
    assert alone.swims[0].heat_start_time is None
    for address in (f"/api/batches/{batch_id}/calendar.ics", f"/result/{code}.ics"):
        assert "DTSTART:20260307T093300" in (await api.get(address)).text
    assert view.results[1].timeline == (REPORTED,)


async def test_a_log_is_paged_without_telling_who_handed_it_in(api: httpx2.AsyncClient, ledger: Ledger) -> None:
    batch_id = await ledger.submitted()
    for stage in (Stage.DOWNLOADING, Stage.EXTRACTING, Stage.CACHING):
        await ledger.entered(batch_id, stage)
    pages, after = list[EventsView](), 0
    while True:
        answer = await api.get(f"/api/batches/{batch_id}/events", params={"after": after, "limit": 2})
        assert "192.0.2.7" not in answer.text
        assert "parent@" not in answer.text
        pages.append(EventsView.model_validate_json(answer.content))
        if pages[-1].next_after is None:
            break
        after = pages[-1].next_after
    assert [[event["eventid"] for event in page.events] for page in pages] == [[1, 2], [3, 4]]
    assert pages[0].events[0]["type"] == "batch.submitted"
    ahead = await api.get(f"/api/batches/{batch_id}/events", params={"after": 5})
    assert (ahead.status_code, ahead.json()["type"]) == (409, "/problems/cursor-ahead")


async def test_an_erased_batch_is_gone_wherever_one_asks(api: httpx2.AsyncClient, ledger: Ledger) -> None:
    batch_id = await ledger.submitted()
    code = await ledger.completed(batch_id, 1, SWIM)
    await ledger.connection.execute("SELECT erase_batch($1)", batch_id)
    url, live = f"/api/batches/{batch_id}", {"Accept": "text/event-stream", "Last-Event-ID": "2"}
    answers = await asyncio.gather(
        *(api.get(f"{url}{end}") for end in ("", "/results", "/calendar.ics", "/events", "/events?after=9")),
        api.get(f"{url}/events", headers=live),
        *(api.post(f"{url}/{order}") for order in ("cancel", "retry", f"jobs/{batch_id}/retry", "expire")),
    )
    told = {(answer.status_code, answer.json()["type"], answer.headers["content-type"]) for answer in answers}
    assert told == {(410, "/problems/gone", "application/problem+json")}
    assert "hand its sheets in again" in answers[0].json()["detail"]
    # Who holds a code cannot be told that it was one: nothing remembers the codes of what is erased.
    assert (await api.get(f"/result/{code}")).status_code == 404


async def test_a_read_waits_for_a_batch_that_is_on_its_way(
    serve: Serve, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reads, "LOOK_AGAIN_SECONDS", 60)
    async with serve(read_after_write_seconds=30) as api:
        batch_id = new_id()
        ends = "", "/results", "/calendar.ics", "/events"
        asked = [asyncio.create_task(api.get(f"/api/batches/{batch_id}{end}")) for end in ends]
        while not await ledger.connection.fetchval(
            "SELECT count(*) >= 4 FROM pg_stat_activity WHERE datname = current_database() AND state = 'idle'"
            " AND application_name = 'heatstream-api'"
        ):
            pass
        async with asyncio.timeout(15):
            await ledger.submitted(batch_id)
            answers = await asyncio.gather(*asked)
    assert [answer.status_code for answer in answers] == [200] * 4


async def test_a_read_whose_wake_up_is_lost_looks_again(serve: Serve, ledger: Ledger) -> None:
    async with serve(read_after_write_seconds=30) as api:
        batch_id = new_id()
        asked = asyncio.create_task(api.get(f"/api/batches/{batch_id}"))
        await ledger.submitted(batch_id, silent=True)
        assert (await asked).status_code == 200


async def test_what_nobody_knows_is_not_found(serve: Serve) -> None:
    async with serve(read_after_write_seconds=0.3) as api:
        for unknown, waits in ((uuid4(), False), (new_id(), True)):
            began = time.monotonic()
            answer = await api.get(f"/api/batches/{unknown}")
            assert (answer.status_code, answer.json()["type"]) == (404, "/problems/not-found")
            assert (time.monotonic() - began >= 0.3) is waits
        answer = await api.get("/api/batches/7")
        assert (answer.status_code, answer.json()["type"]) == (400, "/problems/bad-batch-id")


async def test_a_failed_job_is_told_with_its_reason(api: httpx2.AsyncClient, ledger: Ledger) -> None:
    batch_id = await ledger.submitted()
    failed = JobFailed(
        job_id=job_id(batch_id, 1), attempt=1, error_code=ErrorCode.NO_TEXT, error_message="no text", retriable=False
    )
    await ledger.record(batch_id, failed)
    log = EventsView.model_validate_json((await api.get(f"/api/batches/{batch_id}/events?after=1")).content)
    assert log.events[0]["data"]["error_code"] == "NO_TEXT"
