"""Cancel, retry and expire at the broker's door, each while the tables say what they say."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest

from schema.events import BatchRetryRequested, JobFailed
from schema.identity import job_id
from services.runtime.clock import new_id
from services.runtime.topology import COMMANDS_DEAD, CONTROL
from services.worker import batch_commands
from services.worker.worker import working
from tests.conftest import execute
from tests.integration.web import response
from tests.integration.worker.recorded import LINK, record_event, record_job, record_submit
from tests.integration.worker.rig import PDF, Rig, stages
from tests.integration.worker.test_jobs import message

if TYPE_CHECKING:
    from services.worker.settings import WorkerSettings
    from tests.integration.web import Web

pytestmark = pytest.mark.usefixtures("worker")


async def order(rig: Rig, what: str, batch_id: UUID | str, **fields: object) -> dict[str, Any]:
    await rig.send({"batch_id": str(batch_id), **fields}, key=what, type=what)
    return await rig.answer()


async def recorded(database_url: str, status: str, *, attempt: int = 1) -> dict[str, Any]:
    """A batch of one job in some state, as its job message."""
    job = message()
    await record_job(database_url, job, status, attempt=attempt)
    return job


async def running(rig: Rig, database_url: str, source: dict[str, str], stage: str) -> UUID:
    """A batch whose one job is in this stage, and that is known to the tables."""
    batch_id = await rig.submit(source)
    await rig.answer()
    await rig.until_stage(stage, batch_id)
    job = {**message(), "batch_id": str(batch_id), "job_id": str(job_id(batch_id, 1))}
    await record_job(database_url, job, "processing", attempt=1)
    return batch_id


async def cancelled_within_a_second(rig: Rig, batch_id: UUID) -> None:
    """Seen from outside: the work that was under way is over."""
    await order(rig, "batch.cancel", batch_id)
    jobs = [task for task in asyncio.all_tasks() if "_settle" in repr(task.get_coro())]
    async with asyncio.timeout(1):
        while any(not task.done() for task in jobs):  # noqa: ASYNC110 - tasks of another part
            await asyncio.sleep(0.01)
    assert [fact.event.TYPE for fact in rig.facts if fact.batch_id == batch_id][-1] == "batch.cancelled"


async def test_a_cancel_stops_a_download(rig: Rig, database_url: str, web: Web) -> None:
    web.pages["/"] = web.stuck
    batch_id = await running(rig, database_url, {"source_type": "url", "url": web.url("/")}, "downloading")
    await cancelled_within_a_second(rig, batch_id)


async def test_a_cancel_stops_a_reading(rig: Rig, database_url: str) -> None:
    rig.reader.gate.clear()
    batch_id = await running(rig, database_url, await rig.upload(PDF), "extracting")
    await cancelled_within_a_second(rig, batch_id)


async def test_a_cancel_at_one_worker_stops_the_work_of_another(
    rig: Rig, database_url: str, settings: WorkerSettings
) -> None:
    rig.reader.gate.clear()
    async with working(settings, rig.reader):
        batches = [await rig.submit(await rig.upload(PDF + bytes([number]))) for number in range(4)]
        for batch_id in batches:
            await rig.until_stage("extracting", batch_id)
            job = {**message(), "batch_id": str(batch_id), "job_id": str(job_id(batch_id, 1))}
            await record_job(database_url, job, "processing", attempt=1)
        jobs = [task for task in asyncio.all_tasks() if "_settle" in repr(task.get_coro())]
        assert len(jobs) == 4
        for batch_id in batches:
            await rig.send({"batch_id": str(batch_id)}, key="batch.cancel", type="batch.cancel")
        async with asyncio.timeout(10):
            await asyncio.gather(*jobs)
    assert "job.completed" not in {fact.event.TYPE for fact in rig.facts}


async def test_a_cancelled_batch_enters_no_further_stage(rig: Rig, database_url: str) -> None:
    rig.reader.gate.clear()
    batch_id = await running(rig, database_url, await rig.upload(PDF), "extracting")
    await execute(database_url, "UPDATE processing_batches SET status = 'cancelled'")
    rig.reader.gate.set()
    await rig.until_over(await rig.submit(await rig.upload(PDF + b"2")))
    assert stages(fact for fact in rig.facts if fact.batch_id == batch_id) == ["downloading", "extracting"]


async def test_a_batch_is_cancelled_twice_and_one_that_is_over_is_not(rig: Rig, database_url: str) -> None:
    job = await recorded(database_url, "processing")
    for _ in range(2):
        assert (await order(rig, "batch.cancel", job["batch_id"]))["status"] == "accepted"
        await execute(database_url, "UPDATE processing_batches SET status = 'cancelled'")
    assert [fact.event.TYPE for fact in await rig.until(bool)] == ["batch.cancelled"]
    await execute(database_url, "UPDATE processing_batches SET status = 'completed'")
    refused = await order(rig, "batch.cancel", job["batch_id"])
    assert (refused["status"], refused["reason"]) == ("rejected", "batch_over")


async def test_a_failed_job_is_tried_again_with_all_its_retries_before_it(
    rig: Rig, database_url: str, web: Web
) -> None:
    web.pages["/sheet.pdf"] = response(status="503 Service Unavailable")
    job = await recorded(database_url, "failed", attempt=4)
    assert (await order(rig, "batch.retry", job["batch_id"]))["status"] == "accepted"
    facts = await rig.until(lambda facts: any(isinstance(fact.event, JobFailed) for fact in facts))
    (again,) = [fact.event for fact in facts if isinstance(fact.event, BatchRetryRequested)]
    assert [(str(one.job_id), one.attempt) for one in again.jobs] == [(job["job_id"], 5)]
    assert facts[-1].event.attempt == 5  # type: ignore[union-attr]  # a JobFailed


async def test_a_retry_that_comes_again_after_a_crash_is_recorded_once(rig: Rig, database_url: str) -> None:
    job = await recorded(database_url, "pending", attempt=2)
    caused = BatchRetryRequested.model_validate({"jobs": [{"job_id": job["job_id"], "attempt": 2}]})
    await record_event(database_url, UUID(job["batch_id"]), caused, causation_id="the-command")
    await rig.send({"batch_id": job["batch_id"]}, key="batch.retry", type="batch.retry", message_id="the-command")
    assert (await rig.answer())["status"] == "accepted"
    facts = await rig.until(lambda facts: any(isinstance(fact.event, JobFailed) for fact in facts))
    assert [fact.event.TYPE for fact in facts] == ["job.stage_entered", "job.failed"]


REFUSED = [
    ("completed", None, "nothing_failed"),
    ("completed", "its job", "job_not_failed"),
    ("failed", "00000000-0000-7000-8000-000000000000", "unknown_job"),
]


@pytest.mark.parametrize(("status", "named", "reason"), REFUSED)
async def test_a_retry_that_is_refused_says_why_and_is_no_dead_letter(
    status: str, named: str | None, reason: str, rig: Rig, database_url: str
) -> None:
    job = await recorded(database_url, status)
    fields = {} if named is None else {"job_ids": [job["job_id"] if named == "its job" else named]}
    refused = await order(rig, "batch.retry", job["batch_id"], **fields)
    assert (refused["status"], refused["reason"]) == ("rejected", reason)
    dead = await rig.channel.declare_queue(COMMANDS_DEAD, passive=True)
    assert dead.declaration_result.message_count == 0
    assert rig.facts == []


@pytest.mark.parametrize("what", ["batch.cancel", "batch.retry", "batch.expire"])
async def test_what_nobody_knows_is_refused(what: str, rig: Rig) -> None:
    refused = await order(rig, what, new_id())
    assert (refused["status"], refused["reason"]) == ("rejected", "unknown_batch")


async def test_a_command_that_overtakes_the_recording_of_its_submit_waits_for_it(
    rig: Rig, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch_commands, "PATIENCE_SECONDS", 20)  # a busy machine records late
    job = message()
    await rig.send({"batch_id": job["batch_id"]}, key="batch.cancel", type="batch.cancel")
    await record_job(database_url, job, "processing", attempt=1)
    assert (await rig.answer())["status"] == "accepted"


async def test_a_batch_is_forgotten_and_again(rig: Rig, database_url: str) -> None:
    job = await recorded(database_url, "completed")
    assert (await order(rig, "batch.expire", job["batch_id"]))["status"] == "accepted"
    assert [fact.event.TYPE for fact in await rig.until(bool)] == ["batch.expired"]
    gone = new_id()
    await record_submit(database_url, gone, None)
    assert (await order(rig, "batch.expire", gone))["status"] == "accepted"
    assert (await order(rig, "batch.cancel", gone))["reason"] == "unknown_batch"
    assert len(rig.facts) == 1


async def test_a_stop_that_names_no_batch_is_ignored(rig: Rig) -> None:
    await rig.send(b"nonsense", exchange=CONTROL, key="")
    await rig.until_over(await rig.submit(LINK))


async def test_no_mail_is_promised_without_a_mail_server(rig: Rig, database_url: str) -> None:
    job = await recorded(database_url, "completed")
    refused = await order(rig, "batch.notify", job["batch_id"], email="parent@example.org")
    assert (refused["status"], refused["reason"]) == ("rejected", "mail_off")
    await rig.send({"batch_id": str(new_id()), "swimmer_name": "N", "sources": [LINK], "notification_email": "a@b.org"})
    refused = await rig.answer()
    assert (refused["status"], refused["reason"]) == ("rejected", "mail_off")
    assert refused["errors"][0]["field"] == "notification_email"
    assert (await rig.dead(COMMANDS_DEAD)).headers["x-reason"] == "mail_off"
    assert rig.facts == []
