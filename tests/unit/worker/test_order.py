"""In which order things are told and sent: what a crash between any two steps leaves behind follows from it."""

from __future__ import annotations

from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

import orjson
import pytest

from schema.commands import ProcessJob, SubmitBatch, UrlSource
from schema.errors import JobFault, Transient
from schema.identity import job_id
from schema.states import ErrorCode, Stage
from services.runtime.topology import DELAYS
from services.worker.jobs import Jobs
from services.worker.origin import Origin
from services.worker.running import Running
from services.worker.submit import Submits

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from schema.cloudevents import Fact
    from services.worker.stages import Enter

BATCH = UUID("01920000-0000-7000-8000-000000000001")
LINK = UrlSource(url="https://example.com/sheet.pdf")
ORIGIN = Origin("c-1", "m-1", None)


class Parts:
    """Stands in for events, dispatch, records and pipeline, and keeps what they were asked in order."""

    def __init__(self, fault: Exception | None = None, *, lost: str | None = None) -> None:
        self.fault, self.lost = fault, lost
        self.told: list[str] = []

    async def publish(self, fact: Fact) -> None:
        self._tell(fact.event.TYPE)

    async def send(self, job: ProcessJob, _: Origin, delay_seconds: int | None = None) -> None:
        delay = next((delay[0] for delay in DELAYS if delay_seconds in delay), None)
        self._tell(f"job {job.sequence} attempt {job.attempt} in {delay}")

    async def standing(self, *_: UUID) -> None:
        return None

    @asynccontextmanager
    async def of(self, *_: object) -> AsyncIterator[bool]:
        yield True

    async def is_stopped(self, _: UUID) -> bool:
        return False

    async def submit(self, _: UUID) -> None:
        return None

    async def run(self, _: ProcessJob, enter: Enter) -> None:
        await enter(Stage.DOWNLOADING, "Fetching the sheet")
        self.told.append("work")
        if self.fault is not None:
            raise self.fault

    def _tell(self, what: str) -> None:
        if what == self.lost:
            raise Transient("the broker is away")
        self.told.append(what)


async def attempt(parts: Parts, number: int = 1) -> None:
    job = ProcessJob(
        batch_id=BATCH, job_id=job_id(BATCH, 1), sequence=1, attempt=number, swimmer_name="Nora Quill", source=LINK
    )
    message = SimpleNamespace(
        body=orjson.dumps(job.model_dump(mode="json")),
        type="job.process",
        headers={},
        redelivered=False,
        message_id="m-1",
        correlation_id="c-1",
    )
    fakes = cast("Any", parts)
    await Jobs(events=fakes, dispatch=fakes, records=fakes, pipeline=fakes, running=Running(), turns=fakes)(
        cast("Any", message)
    )


async def submit(parts: Parts) -> None:
    fakes = cast("Any", parts)
    submits = Submits(events=fakes, dispatch=fakes, records=fakes, max_pdfs=15, mails=False)
    await submits.handle(SubmitBatch(batch_id=BATCH, swimmer_name="Nora Quill", sources=(LINK, LINK)), ORIGIN)


async def test_a_stage_is_known_before_its_work_begins() -> None:
    parts = Parts(lost="job.stage_entered")
    with pytest.raises(Transient):
        await attempt(parts)
    assert parts.told == []


async def test_a_retry_is_on_its_queue_before_it_is_recorded() -> None:
    parts = Parts(JobFault(ErrorCode.TIMEOUT, "The site took too long."))
    await attempt(parts, 2)
    assert parts.told == ["job.stage_entered", "work", "job 1 attempt 3 in 4", "job.retry_scheduled"]


async def test_a_retry_that_could_not_be_queued_is_not_recorded() -> None:
    parts = Parts(JobFault(ErrorCode.TIMEOUT, "The site took too long."), lost="job 1 attempt 2 in 1")
    with pytest.raises(Transient):
        await attempt(parts)
    assert "job.retry_scheduled" not in parts.told


async def test_what_is_away_is_waited_for_and_fails_nothing() -> None:
    parts = Parts(Transient("the blob store is away"))
    with pytest.raises(Transient):
        await attempt(parts)
    assert parts.told == ["job.stage_entered", "work"]


async def test_a_bug_fails_the_job() -> None:
    parts = Parts(ZeroDivisionError())
    await attempt(parts)
    assert parts.told[-1] == "job.failed"


async def test_a_batch_is_known_before_its_jobs_are_sent() -> None:
    parts = Parts()
    await submit(parts)
    assert parts.told == ["batch.submitted", "job 1 attempt 1 in None", "job 2 attempt 1 in None"]


async def test_no_job_is_sent_for_a_batch_that_is_not_known() -> None:
    parts = Parts(lost="batch.submitted")
    with pytest.raises(Transient):
        await submit(parts)
    assert parts.told == []
