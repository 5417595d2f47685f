"""The worker as it really runs: a process of its own, a PDF of its own, signals."""

from __future__ import annotations

import io
import signal
from typing import TYPE_CHECKING

import httpx2
from reportlab.pdfgen.canvas import Canvas

from schema.events import JobCompleted
from schema.identity import job_id
from tests.integration.worker.processes import process
from tests.integration.worker.rig import Rig

if TYPE_CHECKING:
    from services.worker.settings import WorkerSettings

LINES = """\
Harbour Aquatics                              HY-TEK's MEET MANAGER 8.0 - 9:12 AM  5/1/2026  Page 1
                                 Spring Open - 5/2/2026 to 5/3/2026
                                           Meet Program
Event 1  Girls 11-12 100 Yard Freestyle
Lane   Name                     Age  Team                  Seed Time
Heat 1 of 1 Finals  Starts at 09:04 AM
  3    Reed, Ada                 11  Harbour Aquatics-XX      1:08.20
  4    Quill, Nora               12  Harbour Aquatics-XX      1:02.33
""".splitlines()


def heat_sheet() -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out, invariant=1)
    canvas.setFont("Courier", 8)
    for number, line in enumerate(LINES):
        canvas.drawString(30, 800 - 12 * number, line)
    canvas.save()
    return out.getvalue()


def swims(event: object) -> list[tuple[str | None, int | None, str | None]]:
    assert isinstance(event, JobCompleted)
    return [(swim.event_number, swim.lane, swim.seed_time) for swim in event.extraction.events]


async def test_a_sheet_is_read_and_a_sigterm_ends_it(rig: Rig, settings: WorkerSettings) -> None:
    async with process(settings) as worker:
        page = await worker.ready_page()
        batch_id = await rig.submit(await rig.upload(heat_sheet()))
        facts = await rig.until_over(batch_id)
        assert swims(facts[-1].event) == [("1", 4, "1:02.33")]
        async with httpx2.AsyncClient() as client:
            answer = await client.get(page)
        assert (answer.status_code, answer.json()["parts"]) == (200, {"broker": "up"})
        assert await worker.end(signal.SIGTERM) == 0


async def test_a_worker_killed_in_each_stage_loses_nothing(rig: Rig, settings: WorkerSettings) -> None:
    batches = []
    for stage in ("downloading", "extracting", "caching"):
        async with process(settings) as worker:
            await worker.ready_page()
            batches.append(await rig.submit(await rig.upload(heat_sheet() + stage.encode())))
            await rig.until_stage(stage, batches[-1])
            assert await worker.end(signal.SIGKILL) == -signal.SIGKILL
    async with process(settings):
        for batch_id in batches:
            facts = await rig.until_over(batch_id)
            assert swims(facts[-1].event) == [("1", 4, "1:02.33")]
            assert {getattr(fact.event, "job_id", job_id(batch_id, 1)) for fact in facts} == {job_id(batch_id, 1)}
