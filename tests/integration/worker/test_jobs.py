from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import orjson
import pytest
from pydantic import SecretStr

from schema.commands import ProcessJob, UrlSource
from schema.events import JobCompleted, JobFailed, JobStageEntered
from schema.identity import job_id, result_code
from schema.states import ErrorCode
from services.runtime.blobs import Blobs
from services.runtime.clock import new_id
from services.runtime.topology import JOBS, JOBS_UNREADABLE
from services.worker.worker import working
from tests.integration.web import response
from tests.integration.worker.recorded import LINK, record_extraction, record_job
from tests.integration.worker.rig import PDF, SWIMMERS, Rig, checksum_of, stages
from tests.integration.worker.waiting import until_somebody_waits_for_a_lock

if TYPE_CHECKING:
    from pathlib import Path

    from schema.cloudevents import Fact
    from services.worker.settings import WorkerSettings
    from tests.integration.web import Web

needs_worker = pytest.mark.usefixtures("worker")


def completed(facts: list[Fact]) -> JobCompleted:
    event = facts[-1].event
    assert isinstance(event, JobCompleted)
    return event


def failed(facts: list[Fact]) -> JobFailed:
    event = facts[-1].event
    assert isinstance(event, JobFailed)
    return event


@needs_worker
async def test_an_upload_goes_through_its_stages(rig: Rig) -> None:
    batch_id = await rig.submit(await rig.upload(PDF))
    facts = await rig.until_over(batch_id)
    assert [fact.event.TYPE for fact in facts] == ["batch.submitted", *["job.stage_entered"] * 3, "job.completed"]
    assert stages(facts) == ["downloading", "extracting", "caching"]
    event = completed(facts)
    assert (event.file_checksum, event.file_size_bytes, event.cached) == (checksum_of(PDF), len(PDF), False)
    assert (event.job_id, event.attempt) == (job_id(batch_id, 1), 1)
    assert event.result_code == result_code(event.job_id)
    assert event.swimmer_name_normalized == "nora quill"
    assert event.extraction.events[0].event_number == "12A"


@needs_worker
async def test_the_next_swimmer_of_a_sheet_is_a_look_up(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    source = await rig.upload(PDF)
    await rig.until_over(await rig.submit(source))
    monkeypatch.delattr(Blobs, "pdf")
    facts = await rig.until_over(await rig.submit(source, swimmer="Ada Reed"))
    assert stages(facts) == ["downloading", "extracting"]
    assert completed(facts).extraction.swimmer_name == "Ada Reed"
    assert completed(facts).extraction.meet_name == "Spring Open"
    assert completed(facts).file_size_bytes == len(PDF)
    assert rig.reader.reads == 1


@needs_worker
async def test_a_damaged_reading_is_made_again(rig: Rig) -> None:
    source = await rig.upload(PDF)
    await rig.blobs.keep_reading(source["checksum"], rig.reader.version, b'{"entries": 7}')
    facts = await rig.until_over(await rig.submit(source))
    assert stages(facts) == ["downloading", "extracting", "caching"]
    assert completed(facts)


@needs_worker
async def test_a_reading_whose_entries_are_damaged_is_made_again(rig: Rig) -> None:
    source = await rig.upload(PDF)
    document = (await rig.reader.read(PDF, lambda _: None)).document
    await rig.blobs.keep_reading(source["checksum"], rig.reader.version, document.replace(b'"lane":4', b'"lane":X'))
    facts = await rig.until_over(await rig.submit(source))
    assert stages(facts) == ["downloading", "extracting", "extracting", "caching"]
    assert completed(facts).extraction.events
    assert await rig.blobs.reading(source["checksum"], rig.reader.version) == document


@needs_worker
async def test_how_far_a_long_reading_is_becomes_steps_of_its_stage(rig: Rig) -> None:
    rig.reader.gate.clear()
    batch = await rig.submit(await rig.upload(PDF + b"pictures"))
    facts = await rig.until(lambda facts: stages(facts).count("extracting") == 2)
    rig.reader.gate.set()

    entered = [fact.event for fact in facts if isinstance(fact.event, JobStageEntered)]
    assert [event.step for event in entered] == [1, 2, 3]
    assert entered[-1].message == "Reading the picture of page 1"
    assert stages(await rig.until_over(batch)) == ["downloading", "extracting", "extracting", "caching"]


@needs_worker
async def test_a_child_that_a_pdf_has_taken_over_fails_its_job(rig: Rig) -> None:
    facts = await rig.until_over(await rig.submit(await rig.upload(PDF + b"hijacked")))
    assert failed(facts).error_code is ErrorCode.EXTRACTION_LIMIT


@needs_worker
async def test_siblings_at_two_workers_are_one_reading(rig: Rig, settings: WorkerSettings) -> None:
    rig.reader.gate.clear()
    async with working(settings, rig.reader):
        batches = [await rig.submit(await rig.upload(PDF), swimmer=name) for name in (*SWIMMERS, *SWIMMERS)]
        await until_somebody_waits_for_a_lock(settings.database_url.get_secret_value())
        rig.reader.gate.set()
        ends = [await rig.until_over(batch_id) for batch_id in batches]
    assert rig.reader.reads == 1
    assert [len(completed(facts).extraction.events) for facts in ends] == [1] * 4


@needs_worker
async def test_a_recorded_extraction_is_the_answer(rig: Rig, database_url: str) -> None:
    source = await rig.upload(PDF)
    await record_extraction(database_url, source["checksum"], "nora quill", "Quill, Nora")
    facts = await rig.until_over(await rig.submit(source))
    assert stages(facts) == ["downloading"]
    assert completed(facts).cached
    assert completed(facts).file_size_bytes == 4711
    assert completed(facts).extraction.swimmer_name == "Quill, Nora"
    assert completed(facts).extraction.events[0].heat_number == 3
    assert completed(facts).extraction.timeline[0].start == "09:30"
    assert rig.reader.reads == 0


@needs_worker
async def test_a_link_is_fetched_and_kept(rig: Rig, web: Web) -> None:
    web.pages["/sheet.pdf"] = response(PDF)
    facts = await rig.until_over(await rig.submit({"source_type": "url", "url": web.url("/sheet.pdf")}))
    assert stages(facts) == ["downloading", "extracting", "caching"]
    assert completed(facts).file_checksum == checksum_of(PDF)
    assert await rig.blobs.pdf(checksum_of(PDF)) == PDF
    assert await rig.blobs.reading(checksum_of(PDF), rig.reader.version)


@needs_worker
async def test_a_link_needs_no_blob_store(rig: Rig, web: Web, tmp_path: Path) -> None:
    (tmp_path / "blobs").rmdir()
    (tmp_path / "blobs").write_text("in the way of the store")
    web.pages["/sheet.pdf"] = response(PDF)
    facts = await rig.until_over(await rig.submit({"source_type": "url", "url": web.url("/sheet.pdf")}))
    assert completed(facts)


@needs_worker
async def test_a_link_to_this_machine_is_blocked(rig: Rig) -> None:
    event = failed(await rig.until_over(await rig.submit(LINK)))
    assert (event.error_code, event.retriable) == (ErrorCode.BLOCKED_URL, False)


@needs_worker
async def test_an_upload_that_is_gone_fails_its_job(rig: Rig) -> None:
    source = {"source_type": "file", "checksum": "0" * 32, "filename": "sheet.pdf"}
    event = failed(await rig.until_over(await rig.submit(source)))
    assert (event.error_code, event.retriable) == (ErrorCode.NOT_FOUND, False)


@needs_worker
@pytest.mark.parametrize(("what", "code"), [(b"encrypted", ErrorCode.ENCRYPTED_PDF), (b"crash", ErrorCode.UNKNOWN)])
async def test_a_bad_pdf_fails_its_job_and_the_next_is_read(rig: Rig, what: bytes, code: ErrorCode) -> None:
    batch_id = await rig.submit(await rig.upload(PDF + what), await rig.upload(PDF))
    facts = await rig.until_over(batch_id, jobs=2)
    (failure,) = [fact.event for fact in facts if isinstance(fact.event, JobFailed)]
    assert (failure.job_id, failure.error_code, failure.retriable) == (job_id(batch_id, 1), code, False)
    assert any(isinstance(fact.event, JobCompleted) for fact in facts)


def message(url: str = LINK["url"], attempt: int = 1, **changes: object) -> dict[str, Any]:
    batch_id = new_id()
    job = ProcessJob(
        batch_id=batch_id,
        job_id=job_id(batch_id, 1),
        sequence=1,
        attempt=attempt,
        swimmer_name="Nora Quill",
        source=UrlSource(url=url),
    )
    return {**job.model_dump(mode="json"), **changes}


BAD: list[tuple[str, object, dict[str, Any]]] = [
    ("not_json", b"{", {}),
    ("unknown_type", message(), {"type": "job.dance"}),
    ("future_version", message(), {"headers": {"x-version": 2}}),
    ("bad_fields", message(sequence=0), {}),
    ("bad_fields", message(job_id=str(new_id())), {}),
]


@needs_worker
async def test_bad_job_messages_are_set_aside_one_by_one_and_the_next_is_handled(rig: Rig) -> None:
    for reason, body, properties in BAD:
        await rig.send(body, exchange="", key=JOBS, **{"type": "job.process", **properties})
        dead = await rig.dead(JOBS_UNREADABLE)
        assert dead.headers["x-reason"] == reason
        assert dead.body == (body if isinstance(body, bytes) else orjson.dumps(body))
    await rig.until_over(await rig.submit(LINK))


@needs_worker
async def test_no_more_jobs_run_at_a_time_than_there_are_slots(rig: Rig) -> None:
    rig.reader.gate.clear()
    batch_id = await rig.submit(*[await rig.upload(PDF + bytes([number])) for number in range(3)])
    await rig.until_stage("extracting", batch_id, 2)
    for _ in range(5):  # time enough for a third to begin
        await rig.send(b"{")
        await rig.answer()
    assert stages(rig.facts).count("downloading") == 2
    rig.reader.gate.set()
    await rig.until_over(batch_id, jobs=3)


@needs_worker
async def test_what_is_recorded_as_over_is_not_worked_on(rig: Rig, database_url: str) -> None:
    over, fresh = message(), message()
    await record_job(database_url, over, "completed", attempt=1)
    await record_job(database_url, fresh, "pending", attempt=1)
    await rig.send(over, exchange="", key=JOBS, type="job.process")
    await rig.send(fresh, exchange="", key=JOBS, type="job.process")
    facts = await rig.until(lambda facts: any(isinstance(fact.event, JobFailed) for fact in facts))
    assert {str(fact.batch_id) for fact in facts} == {fresh["batch_id"]}


async def test_without_a_database_the_work_goes_on(rig: Rig, settings: WorkerSettings) -> None:
    away = settings.model_copy(update={"database_url": SecretStr("postgresql://127.0.0.1:9/nowhere")})
    async with working(away, rig.reader):
        facts = await rig.until_over(await rig.submit(await rig.upload(PDF)))
    assert completed(facts)


async def test_a_stop_lets_running_work_end(rig: Rig, settings: WorkerSettings) -> None:
    rig.reader.gate.clear()
    async with working(settings, rig.reader):
        batch_id = await rig.submit(await rig.upload(PDF))
        await rig.until_stage("extracting", batch_id)
        asyncio.get_running_loop().call_later(0.2, rig.reader.gate.set)
    assert completed(await rig.until_over(batch_id)).attempt == 1


async def test_work_that_a_stop_cuts_off_is_done_by_the_next_worker(rig: Rig, settings: WorkerSettings) -> None:
    rig.reader.gate.clear()
    async with working(settings.model_copy(update={"drain_seconds": 0.1}), rig.reader):
        batch_id = await rig.submit(await rig.upload(PDF))
        await rig.until_stage("extracting", batch_id)
    rig.reader.gate.set()
    async with working(settings, rig.reader) as taking:
        facts = await rig.until_over(batch_id)
        assert await taking()
    assert completed(facts).job_id == job_id(batch_id, 1)
    assert stages(facts) == ["downloading", "extracting", "queued", "downloading", "extracting", "caching"]
