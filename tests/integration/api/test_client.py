"""The asynchronous client and the real gateway; the command line tries the other one."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from schema.events import JobFailed
from schema.identity import job_id
from schema.states import BatchStatus, ErrorCode, Stage
from services.client.async_gateway import AsyncGateway
from services.client.calls import CalendarWishes
from services.client.failures import Refused
from tests.integration.api.forms import LINK, PDF
from tests.integration.api.ledger import SWIM, SWIMMER
from tests.integration.line import Line

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path
    from uuid import UUID

    import httpx2

    from tests.integration.api.conftest import Serve
    from tests.integration.api.ledger import Ledger


@pytest.fixture
async def client(api: httpx2.AsyncClient) -> AsyncIterator[AsyncGateway]:
    async with AsyncGateway(str(api.base_url)) as client:
        yield client


async def test_a_stream_through_a_line_that_breaks_tells_all_and_nothing_twice(
    api: httpx2.AsyncClient, ledger: Ledger
) -> None:
    batch_id, heard = await ledger.submitted(), list[int]()
    async with Line(str(api.base_url)).laid() as line, AsyncGateway(line.url) as client:
        async with asyncio.timeout(60):
            await ledger.started(batch_id)
            async for news in client.events(batch_id):
                heard.append(news.id)
                if news.id in (2, 4, 6):
                    line.cut()
                    await ledger.entered(batch_id, Stage.EXTRACTING)
                    await ledger.entered(batch_id, Stage.CACHING)
                    line.mend()
                elif news.id == 8:
                    await ledger.over(batch_id)
    assert heard == [2, 3, 4, 5, 6, 7, 8, 9]


async def test_several_batches_through_a_line_that_breaks_are_told_each_once(
    api: httpx2.AsyncClient, ledger: Ledger
) -> None:
    first, second = await ledger.submitted(), await ledger.submitted()
    heard: dict[UUID, list[int]] = {first: [], second: []}
    async with Line(str(api.base_url)).laid() as line, AsyncGateway(line.url) as client:
        async with asyncio.timeout(60):
            await ledger.started(first)
            async for news in client.watch([first, second]):
                heard[news.batch_id].append(news.id)
                if (news.batch_id, news.id) in ((first, 2), (second, 3)):
                    line.cut()
                    for batch_id in (first, second):
                        await ledger.entered(batch_id, Stage.EXTRACTING)
                        await ledger.entered(batch_id, Stage.CACHING)
                    line.mend()
                elif len(heard[first] + heard[second]) == 9:
                    await ledger.over(first)
                    await ledger.over(second)
    assert heard == {first: [2, 3, 4, 5, 6, 7], second: [2, 3, 4, 5, 6]}


async def test_reads_are_typed(client: AsyncGateway, ledger: Ledger) -> None:
    batch_id = await ledger.submitted()
    code = await ledger.completed(batch_id, 1, SWIM)
    assert (await client.batch(batch_id)).swimmer_name == SWIMMER
    assert (await client.results(batch_id)).results[0] == await client.shared_result(code)
    assert (await client.calendar(batch_id)).startswith(b"BEGIN:VCALENDAR")
    wishes = CalendarWishes(5, "Europe/Berlin")
    assert await client.calendar(batch_id, wishes) == await client.shared_calendar(code, wishes)
    assert b"TRIGGER:-PT5M" in await client.shared_calendar(code, wishes)
    assert (await client.log(batch_id, 1)).next_after is None
    with pytest.raises(Refused) as refused:
        await client.shared_result("0123456789ab")
    assert refused.value.slug == "not-found"


async def test_files_and_links_are_handed_in(client: AsyncGateway, tmp_path: Path) -> None:
    (tmp_path / "heats.pdf").write_bytes(PDF)
    taken = await client.submit([SWIMMER, "Greta Nyquister"], [tmp_path / "heats.pdf", LINK])
    assert [batch.swimmer for batch in taken.batches] == [SWIMMER, "Greta Nyquister"]


async def test_orders_are_taken_and_refused(serve: Serve, ledger: Ledger) -> None:
    batch_id = await ledger.submitted()
    job = job_id(batch_id, 1)
    failed = JobFailed(job_id=job, attempt=1, error_code=ErrorCode.NO_TEXT, error_message="no text", retriable=False)
    async with serve(smtp_url="smtp://127.0.0.1:9") as api, AsyncGateway(str(api.base_url)) as client:
        with pytest.raises(Refused) as refused:
            await client.retry(batch_id)
        assert refused.value.slug == "nothing-failed"
        await ledger.record(batch_id, failed, status=BatchStatus.PROCESSING)
        await ledger.connection.execute("UPDATE batch_jobs SET status = 'failed' WHERE id = $1", job)
        orders = [
            await client.retry(batch_id),
            await client.retry(batch_id, [job]),
            await client.retry_job(batch_id, job),
            await client.notify(batch_id, "parent@example.org"),
            await client.cancel(batch_id),
            await client.expire(batch_id),
        ]
    said = [order.command.removeprefix("batch.") for order in orders]
    assert said == ["retry", "retry", "retry", "notify", "cancel", "expire"]
