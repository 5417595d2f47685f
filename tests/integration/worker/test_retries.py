"""What failed for a reason that may pass: on the real delay queues."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from typing import TYPE_CHECKING

import pytest

from schema.events import JobFailed, JobRetryScheduled
from schema.identity import job_id
from schema.states import ErrorCode
from services.runtime.topology import DELAYS, JOBS
from services.worker.worker import working
from tests.integration.web import response
from tests.integration.worker.rig import PDF, Rig
from tests.integration.worker.test_jobs import completed, failed, message

if TYPE_CHECKING:
    from services.worker.settings import WorkerSettings
    from tests.integration.web import Page, Web


@pytest.mark.usefixtures("worker")
async def test_what_may_pass_is_tried_again(rig: Rig, web: Web) -> None:
    async def heal(writer: asyncio.StreamWriter) -> None:
        writer.write(response(status="503 Service Unavailable", retry_after="1"))
        web.pages["/"] = response(PDF)

    web.pages["/"] = heal
    facts = await rig.until_over(await rig.submit({"source_type": "url", "url": web.url("/")}))
    (retry,) = [fact.event for fact in facts if isinstance(fact.event, JobRetryScheduled)]
    assert (retry.attempt, retry.error_code) == (1, ErrorCode.SERVICE_UNAVAILABLE)
    assert retry.delay_seconds in DELAYS[0]
    assert completed(facts).attempt == 2
    assert len({fact.correlation_id for fact in facts}) == 1


async def test_what_failed_together_does_not_come_back_together(rig: Rig, settings: WorkerSettings, web: Web) -> None:
    """Each no sooner than it was said to, over at least two instants; fifteen alike are one in 16,384."""
    asked: dict[str, list[float]] = defaultdict(list)
    clock = asyncio.get_running_loop().time

    def busy(path: str) -> Page:
        async def page(writer: asyncio.StreamWriter) -> None:
            asked[path].append(clock())
            answer = response(PDF) if len(asked[path]) > 1 else response(status="503 Service Unavailable")
            writer.write(answer)

        return page

    web.pages = {f"/{number}": busy(f"/{number}") for number in range(1, 16)}
    links = [{"source_type": "url", "url": web.url(path)} for path in web.pages]
    async with working(settings.model_copy(update={"max_pdfs": 15}), rig.reader):
        batch = await rig.submit(*links)
        facts = await rig.until_over(batch, jobs=15)
    retries = [fact.event for fact in facts if isinstance(fact.event, JobRetryScheduled)]
    assert {retry.delay_seconds for retry in retries} == set(DELAYS[0])
    delays = {retry.job_id: retry.delay_seconds for retry in retries}
    for number in range(1, 16):
        first, second = asked[f"/{number}"]
        assert second - first >= delays[job_id(batch, number)]


@pytest.mark.usefixtures("worker")
async def test_the_last_attempt_fails_for_good_and_may_be_asked_for_again(rig: Rig, web: Web) -> None:
    web.pages["/"] = response(status="503 Service Unavailable")
    job = message(url=web.url("/"), attempt=4)
    await rig.send(job, exchange="", key=JOBS, type="job.process")
    event = failed(await rig.until(lambda facts: any(isinstance(fact.event, JobFailed) for fact in facts)))
    assert (event.error_code, event.retriable) == (ErrorCode.SERVICE_UNAVAILABLE, True)
