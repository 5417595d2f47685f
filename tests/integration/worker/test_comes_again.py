"""A job message that comes a second time: after a worker died over it, or because it was sent twice."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest

from schema.events import JobStageEntered
from schema.identity import job_id
from schema.states import ErrorCode, Stage
from services.runtime.topology import JOBS
from services.worker.worker import working
from tests.integration.worker.recorded import record_event, record_job
from tests.integration.worker.rig import PDF, Rig, stages
from tests.integration.worker.test_jobs import failed, message
from tests.integration.worker.waiting import until_somebody_waits_for_a_lock

if TYPE_CHECKING:
    from services.worker.settings import WorkerSettings


async def came_back(rig: Rig, job: dict[str, Any]) -> None:
    """A job message that some worker had already, and did not come to an end with."""
    await rig.send(job, exchange="", key=JOBS, type="job.process")
    queue = await rig.channel.get_queue(JOBS)
    async with asyncio.timeout(10):
        while (had := await queue.get(fail=False)) is None:  # noqa: ASYNC110 - the broker has it
            await asyncio.sleep(0.01)
    await had.nack(requeue=True)


@pytest.mark.parametrize(("begun", "given_back", "over"), [(3, 0, True), (2, 0, False), (3, 1, False)])
async def test_a_sheet_that_ended_three_workers_fails_its_job(  # noqa: PLR0913, PLR0917 - a row of the table, and its parts
    rig: Rig,
    settings: WorkerSettings,
    database_url: str,
    begun: int,
    given_back: int,
    over: bool,  # noqa: FBT001 - as above
) -> None:
    job = message()
    await record_job(database_url, job, "processing", attempt=1)
    said = [Stage.DOWNLOADING] * begun + [Stage.QUEUED] * given_back
    for number, stage in enumerate(said, start=2):
        entered = JobStageEntered(job_id=job["job_id"], attempt=1, stage=stage, step=number)
        await record_event(database_url, UUID(job["batch_id"]), entered, event_id=number)
    await came_back(rig, job)
    async with working(settings, rig.reader):
        facts = await rig.until_over(UUID(job["batch_id"]))
    assert (failed(facts).error_code is ErrorCode.EXTRACTION_LIMIT) is over
    assert stages(facts) == ([] if over else ["downloading"])


async def test_a_job_that_is_sent_twice_is_worked_on_once_at_a_time(rig: Rig, settings: WorkerSettings) -> None:
    rig.reader.gate.clear()
    async with working(settings, rig.reader):
        batch_id = await rig.submit(await rig.upload(PDF))
        await rig.until_stage("extracting", batch_id)
        source = await rig.upload(PDF)
        twin = {**message(), "batch_id": str(batch_id), "job_id": str(job_id(batch_id, 1)), "source": source}
        await rig.send(twin, exchange="", key=JOBS, type="job.process")
        await until_somebody_waits_for_a_lock(settings.database_url.get_secret_value())
        assert stages(rig.facts).count("downloading") == 1
        rig.reader.gate.set()
        await rig.until_over(batch_id)
