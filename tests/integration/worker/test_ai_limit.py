"""Two workers and a slow AI: how many calls there are at a time, as the AI sees it, and that a cancel ends one."""

from __future__ import annotations

import asyncio
import io
from typing import TYPE_CHECKING

import pytest
from reportlab.pdfgen.canvas import Canvas

from schema.events import JobStageEntered
from schema.states import Stage
from services.runtime.topology import AI_PERMITS
from tests.integration.projector.rig import projecting, rigged
from tests.integration.worker.processes import two_processes
from tests.integration.worker.rig import PATIENCE_SECONDS, Rig
from tests.unit.extraction.ai_server import AiServer, ai_serving

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from services.worker.settings import WorkerSettings

LIMIT, SCANS = 10, 14
ENDS = [("cancelled", 1), ("completed", SCANS - 1)]


@pytest.fixture
async def server() -> AsyncIterator[AiServer]:
    async with ai_serving() as serving:
        yield serving


def scan() -> bytes:
    """A page without text."""
    out = io.BytesIO()
    canvas = Canvas(out, invariant=1)
    canvas.rect(30, 30, 200, 200)
    canvas.save()
    return out.getvalue()


async def until_asked(rig: Rig, server: AiServer, waiting: int) -> None:
    """Return when as many calls as may be are under way, and so many jobs wait for a permit."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        await server.until(lambda: server.now == LIMIT)
        permits = await rig.channel.get_queue(AI_PERMITS)
        while (await permits.declare()).consumer_count != LIMIT + waiting:  # noqa: ASYNC110 - the broker changes it
            await asyncio.sleep(0.02)


async def test_fourteen_scans_at_two_workers_are_ten_calls_at_a_time_and_a_cancel_ends_one(
    rig: Rig, settings: WorkerSettings, server: AiServer, amqp_url: str, database_url: str
) -> None:
    server.gate.clear()
    sheet = await rig.upload(scan())
    further = {"job_slots": "7", "ocr": "off", "ai_base_url": server.url, "ai_model": "reader", "ai_key": "key"}
    async with (
        rigged(amqp_url, database_url) as tables,
        projecting(amqp_url, database_url),
        two_processes(settings, **further),
    ):
        batches = [await rig.submit(sheet, swimmer=f"Nora Quill {number}") for number in range(SCANS)]
        for _ in batches:
            assert (await rig.answer())["status"] == "accepted"
        await until_asked(rig, server, waiting=SCANS - LIMIT)
        giving = [fact for fact in rig.facts if getattr(fact.event, "stage", None) is Stage.UPLOADING_TO_AI]
        assert len(giving) == LIMIT

        cancelled = giving[0].batch_id
        await rig.send({"batch_id": str(cancelled)}, key="batch.cancel", type="batch.cancel")
        assert (await rig.answer())["status"] == "accepted"
        async with asyncio.timeout(1):
            await server.until(lambda: server.given_up == 1)
        await until_asked(rig, server, waiting=SCANS - LIMIT - 1)

        server.gate.set()
        await tables.until("SELECT status, count(*)::int FROM batch_jobs GROUP BY 1 ORDER BY 1", *ENDS)
    assert server.most == LIMIT
    said = [fact.event for fact in rig.facts if fact.batch_id == cancelled]
    assert not any(isinstance(event, JobStageEntered) for event in said[said.index(giving[0].event) + 1 :])
