"""A sheet without text, through broker, worker, AI, projector and database."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest
from pydantic import SecretStr

from schema.events import JobCompleted, JobFailed, JobRetryScheduled, JobStageEntered
from schema.states import ErrorCode
from services.runtime.topology import DELAYS
from services.worker.extraction import Sandbox
from services.worker.extraction.ai.endpoint import Endpoint
from services.worker.extraction.ai.extractor import AiExtractor
from services.worker.settings import WorkerSettings
from services.worker.worker import working
from tests.integration.projector.rig import projecting, rigged
from tests.integration.worker.rig import PDF, Rig, stages
from tests.unit.extraction.ai_server import SWIM, AiServer, ai_serving, refused, said

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable

    from schema.cloudevents import Fact

SCAN = PDF + b"scan"
UNSURE = PDF + b"unsure"


@pytest.fixture
async def server() -> AsyncIterator[AiServer]:
    async with ai_serving() as serving:
        yield serving


@asynccontextmanager
async def asking(settings: WorkerSettings, rig: Rig, server: AiServer) -> AsyncIterator[None]:
    """A worker that may ask an AI."""
    configured = WorkerSettings(
        **{**settings.model_dump(), "ai_base_url": server.url, "ai_model": "reader", "ai_key": SecretStr("key")}
    )
    options = configured.ai_options
    assert options is not None
    async with (
        Sandbox() as sandbox,
        Endpoint(options) as endpoint,
        working(configured, rig.reader, AiExtractor(endpoint, sandbox, options)),
    ):
        yield


def only(facts: Iterable[Fact], kind: type) -> object:
    (event,) = (fact.event for fact in facts if isinstance(fact.event, kind))
    return event


async def test_a_scan_is_given_to_an_ai_once_for_all_its_swimmers(
    rig: Rig, settings: WorkerSettings, server: AiServer, amqp_url: str, database_url: str
) -> None:
    server.swims = [SWIM, {**SWIM, "swimmer_name": "Reed, Ada"}]
    source = await rig.upload(SCAN)
    async with (
        rigged(amqp_url, database_url) as projector,
        projecting(amqp_url, database_url),
        asking(settings, rig, server),
    ):
        first = await rig.until_over(await rig.submit(source))
        await projector.until("SELECT openai_file_id FROM pdf_files", "file-1")
        second = await rig.until_over(await rig.submit(source, swimmer="Ada Reed"))
        await projector.until("SELECT count(*)::int FROM processing_batches WHERE status = 'completed'", 2)
        assert await projector.rows("SELECT reason FROM set_aside_events") == []

    assert stages(first) == ["downloading", "extracting", "uploading_to_ai", "extracting"]
    assert stages(second) == ["downloading", "extracting", "extracting"]
    assert len(server.uploads) == 1
    for facts, name in ((first, "Quill, Nora"), (second, "Reed, Ada")):
        completed = only(facts, JobCompleted)
        assert isinstance(completed, JobCompleted)
        assert [swim.swimmer_name for swim in completed.extraction.events] == [name]


async def test_an_ai_that_is_busy_is_asked_again_not_before_it_said(
    rig: Rig, settings: WorkerSettings, server: AiServer
) -> None:
    server.replies.append(refused(429, retry_after="3"))
    async with asking(settings, rig, server):
        facts = await rig.until_over(await rig.submit(await rig.upload(SCAN)))

    retry = only(facts, JobRetryScheduled)
    assert isinstance(retry, JobRetryScheduled)
    assert retry.error_code is ErrorCode.RATE_LIMIT
    assert retry.delay_seconds in DELAYS[1]
    assert only(facts, JobCompleted)


async def test_a_sheet_that_nobody_reads_fails_with_the_ais_reason(
    rig: Rig, settings: WorkerSettings, server: AiServer
) -> None:
    server.replies.append(said(None, refusal="No."))
    async with asking(settings, rig, server):
        facts = await rig.until_over(await rig.submit(await rig.upload(SCAN)))

    failed = only(facts, JobFailed)
    assert isinstance(failed, JobFailed)
    assert (failed.error_code, failed.retriable) == (ErrorCode.NO_TEXT, False)
    assert "declined" in failed.error_message


@pytest.mark.parametrize(("swimmer", "asked"), [("Nora Quill", False), ("Kai Moss", True)])
async def test_an_ai_is_asked_when_an_unsure_reading_has_not_found_somebody(
    rig: Rig, settings: WorkerSettings, server: AiServer, swimmer: str, *, asked: bool
) -> None:
    server.swims = [{**SWIM, "swimmer_name": "Moss, Kai"}]
    async with asking(settings, rig, server):
        facts = await rig.until_over(await rig.submit(await rig.upload(UNSURE), swimmer=swimmer))

    completed = only(facts, JobCompleted)
    assert isinstance(completed, JobCompleted)
    assert len(completed.extraction.events) == 1
    assert bool(server.questions) == asked
    steps = [fact.event.step for fact in facts if isinstance(fact.event, JobStageEntered)]
    assert steps == list(range(1, len(steps) + 1))


@pytest.mark.parametrize("absent", [True, False])
async def test_an_unsure_reading_that_an_ai_cannot_better_stays_with_its_doubt(
    rig: Rig, settings: WorkerSettings, server: AiServer, *, absent: bool
) -> None:
    server.swims = []
    if not absent:
        server.replies.append(refused(401))
    async with asking(settings, rig, server):
        facts = await rig.until_over(await rig.submit(await rig.upload(UNSURE), swimmer="Kai Moss"))

    completed = only(facts, JobCompleted)
    assert isinstance(completed, JobCompleted)
    assert completed.extraction.events == ()
    assert completed.extraction.meet_name == "Spring Open"
    assert "unsure" in {warning.code for warning in completed.extraction.warnings}
