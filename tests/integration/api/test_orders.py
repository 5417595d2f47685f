"""What is asked of a batch over HTTP: refused by its state, or on the broker."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson
import pytest

from schema.events import BatchCancelled, BatchCompleted, BatchRetryRequested, RetriedJob
from schema.identity import job_id
from schema.states import BatchStatus, JobStatus
from services.runtime.clock import new_id
from tests.integration.api.streams import watching

if TYPE_CHECKING:
    from uuid import UUID

    import httpx2

    from tests.integration.api.conftest import Sent, Serve
    from tests.integration.api.ledger import Ledger


async def batch_in(ledger: Ledger, status: BatchStatus, *jobs: JobStatus) -> UUID:
    batch_id = await ledger.submitted(sheets=len(jobs))
    await ledger.record(batch_id, status=status)
    for number, job in enumerate(jobs, start=1):
        await ledger.connection.execute(
            "UPDATE batch_jobs SET status = $2 WHERE id = $1", job_id(batch_id, number), job
        )
    return batch_id


@pytest.mark.parametrize("path", ["cancel", "retry", "jobs/{failed}/retry", "expire"])
async def test_an_order_is_on_the_broker(path: str, api: httpx2.AsyncClient, ledger: Ledger, sent: Sent) -> None:
    batch_id = await batch_in(ledger, BatchStatus.PROCESSING, JobStatus.FAILED, JobStatus.PROCESSING)
    failed = str(job_id(batch_id, 1))
    answer = await api.post(f"/api/batches/{batch_id}/{path.format(failed=failed)}")
    assert answer.status_code == 202, answer.text
    message = await sent.next()
    wanted = {"batch_id": str(batch_id), **({"job_ids": [failed]} if path.startswith("jobs") else {})}
    assert (message.type, orjson.loads(message.body)) == (f"batch.{path.rsplit('/', maxsplit=1)[-1]}", wanted)
    assert message.correlation_id
    assert answer.json() == {
        "batch_id": str(batch_id),
        "command": message.type,
        "url": f"/api/batches/{batch_id}",
        "events_url": f"/api/batches/{batch_id}/events",
    }
    assert answer.headers["location"] == f"/api/batches/{batch_id}"


async def test_a_retry_may_name_its_jobs(api: httpx2.AsyncClient, ledger: Ledger, sent: Sent) -> None:
    batch_id = await batch_in(ledger, BatchStatus.FAILED, JobStatus.FAILED, JobStatus.FAILED)
    named = [str(job_id(batch_id, 2))]
    assert (await api.post(f"/api/batches/{batch_id}/retry", json={"job_ids": named})).status_code == 202
    assert orjson.loads((await sent.next()).body)["job_ids"] == named


REFUSED = [
    ("cancel", BatchStatus.COMPLETED, b"", (409, "batch-over")),
    ("retry", BatchStatus.CANCELLED, b"", (409, "batch-cancelled")),
    ("retry", BatchStatus.PROCESSING, b"", (409, "nothing-failed")),
    ("retry", BatchStatus.PROCESSING, b'{"job_ids": ["{job}"]}', (409, "job-not-failed")),
    ("retry", BatchStatus.PROCESSING, b'{"job_ids": ["{stranger}"]}', (404, "unknown-job")),
    ("retry", BatchStatus.PROCESSING, b'{"job_ids": ["x"]}', (422, "bad-job-ids")),
    ("retry", BatchStatus.PROCESSING, b'{"job_ids": []}', (422, "bad-job-ids")),
    ("retry", BatchStatus.PROCESSING, b'{"jobs": []}', (422, "unknown-field")),
    ("retry", BatchStatus.PROCESSING, b"{", (400, "bad-json")),
    ("retry", BatchStatus.PROCESSING, b"[]", (400, "bad-json")),
    ("retry", BatchStatus.PROCESSING, b" " * 20_000, (413, "body-too-large")),
    ("jobs/x/retry", BatchStatus.PROCESSING, b"", (422, "bad-job-ids")),
]


@pytest.mark.parametrize(("path", "status", "body", "wanted"), REFUSED)
async def test_a_refusal_has_a_name(  # noqa: PLR0913, PLR0917 - a row of the table, and who is asked
    path: str, status: BatchStatus, body: bytes, wanted: tuple[int, str], api: httpx2.AsyncClient, ledger: Ledger
) -> None:
    batch_id = await batch_in(ledger, status, JobStatus.PROCESSING)
    body = body.replace(b"{job}", str(job_id(batch_id, 1)).encode()).replace(b"{stranger}", str(new_id()).encode())
    answer = await api.post(f"/api/batches/{batch_id}/{path}", content=body)
    assert (answer.status_code, answer.json()["type"]) == (wanted[0], f"/problems/{wanted[1]}")
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("path", ["cancel", "retry", "expire"])
async def test_a_batch_that_nobody_knows_is_not_found(path: str, api: httpx2.AsyncClient) -> None:
    answer = await api.post(f"/api/batches/0199c0de-0000-7000-8000-000000000001/{path}")
    assert (answer.status_code, answer.json()["type"]) == (404, "/problems/not-found")
    assert (await api.get(f"/api/batches/{new_id()}/{path}")).status_code == 405


async def test_a_stream_goes_on_after_a_retry(api: httpx2.AsyncClient, ledger: Ledger) -> None:
    batch_id = await ledger.submitted(sheets=1)
    over = BatchCompleted(status=BatchStatus.FAILED, total_pdfs=1, completed_pdfs=0, failed_pdfs=1)
    again = BatchRetryRequested(jobs=(RetriedJob(job_id=job_id(batch_id, 1), attempt=2),))
    await ledger.record(batch_id, over, again, status=BatchStatus.PROCESSING)
    await ledger.record(batch_id, BatchCancelled(), status=BatchStatus.CANCELLED)
    async with watching(api, batch_id) as events:
        names = [event.event async for event in events]
    assert names == ["batch_completed", "batch_retry_requested", "batch_cancelled"]


async def test_a_mail_is_asked_for_where_mails_are_sent(serve: Serve, ledger: Ledger, sent: Sent) -> None:
    batch_id = await batch_in(ledger, BatchStatus.COMPLETED, JobStatus.COMPLETED)
    path, wish = f"/api/batches/{batch_id}/notify", {"email": "parent@example.org"}
    async with serve(smtp_url="smtp://127.0.0.1:25") as api:
        assert (await api.post(path, json=wish)).status_code == 202
        assert orjson.loads((await sent.next()).body) == {"batch_id": str(batch_id), **wish}
        for wrong in ({}, {"email": "me"}, {"email": 7}):
            refused = await api.post(path, json=wrong)
            assert (refused.status_code, refused.json()["type"]) == (422, "/problems/bad-email")


async def test_no_mail_is_promised_where_none_is_sent(api: httpx2.AsyncClient, ledger: Ledger) -> None:
    batch_id = await batch_in(ledger, BatchStatus.COMPLETED, JobStatus.COMPLETED)
    refused = await api.post(f"/api/batches/{batch_id}/notify", json={"email": "parent@example.org"})
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/mail-off")
