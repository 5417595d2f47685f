"""Kill -9 of each service in the middle of a batch, and a restart: nothing is lost, nothing is there twice."""

from __future__ import annotations

import asyncio
import dataclasses
import os
from pathlib import Path
from typing import TYPE_CHECKING

import httpx2
import pytest

from services.cli.measured import fresh_copies
from tests.chaos.crew import PATIENCE_SECONDS, Crew

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deploy.local.servers import Servers

EXAMPLES = Path(__file__).parents[2] / "examples"
SHEETS = ("summer-invitational", "county-championships", "sprint-night")
SWIMMER = "Maya Lindqvist"
#: Where to strike: as soon as the log has this. `make chaos` strikes each service at each, `make test` at one.
MOMENTS = {"api": "batch.submitted", "worker": "job.stage_entered", "projector": "job.completed"}
LONG = "HEATSTREAM_CHAOS" in os.environ
STRIKES = [(name, moment) for name in MOMENTS for moment in MOMENTS.values() if LONG or MOMENTS[name] == moment]


@pytest.fixture
def crew(private_servers: Servers, database_url: str, amqp_url: str, tmp_path: Path) -> Iterator[Crew]:
    servers = dataclasses.replace(private_servers, database_url=database_url, amqp_url=amqp_url)
    with Crew(servers, tmp_path) as crew:
        yield crew


@pytest.fixture
def sheets(tmp_path: Path) -> list[Path]:
    return fresh_copies([EXAMPLES / f"{name}.pdf" for name in SHEETS], tmp_path / "sheets", "chaos")


async def whole(crew: Crew) -> None:
    """The batch is complete: each event once, ids dense, each sheet's swims there."""
    await crew.until("SELECT status, completed_pdfs, failed_pdfs FROM processing_batches", [("completed", 3, 0)])
    log = await crew.rows("SELECT event_id, type, data->>'job_id', data->>'step' FROM batch_events ORDER BY 1")
    assert [row[0] for row in log] == list(range(1, len(log) + 1))
    said = [row[1:] for row in log]
    assert len(set(said)) == len(said)
    assert sum(row[0] == "job.completed" for row in said) == 3
    assert await crew.rows("SELECT count(*)::int FROM result_links") == [3]
    assert await crew.rows("SELECT bool_and(jsonb_array_length(events) > 0) FROM extraction_results") == [True]


@pytest.mark.parametrize(("name", "moment"), STRIKES)
async def test_a_killed_service_comes_back_and_the_batch_completes(
    name: str, moment: str, crew: Crew, sheets: list[Path]
) -> None:
    await crew.submit(SWIMMER, sheets)
    await crew.until(f"SELECT DISTINCT type FROM batch_events WHERE type = '{moment}'", [moment])  # noqa: S608 - of MOMENTS
    await asyncio.to_thread(crew.kill, name)
    await asyncio.to_thread(crew.start, name)
    await whole(crew)


async def test_a_stream_cut_by_a_killed_gateway_goes_on_with_its_cursor(crew: Crew, sheets: list[Path]) -> None:
    batch = await crew.submit(SWIMMER, sheets)
    heard: list[tuple[int, str]] = []

    async def listen(stop_after: int | None) -> None:
        cursor = {"Last-Event-ID": str(heard[-1][0])} if heard else {}
        async with (
            httpx2.AsyncClient(base_url=crew.api_url, timeout=PATIENCE_SECONDS) as client,
            client.stream(
                "GET", f"/api/batches/{batch}/events", headers={"Accept": "text/event-stream", **cursor}
            ) as answer,
        ):
            async for event in httpx2.EventSource(answer):
                if event.id:  # the first comes with `retry:` alone
                    heard.append((int(event.id), event.event))
                if len(heard) == stop_after:
                    return

    await listen(2)
    await asyncio.to_thread(crew.kill, "api")
    await asyncio.to_thread(crew.start, "api")
    await listen(None)
    await whole(crew)
    assert heard[-1][1] == "batch_completed"
    told = await crew.rows("SELECT event_id FROM batch_events WHERE type <> 'batch.submitted' ORDER BY 1")
    assert [event_id for event_id, _ in heard] == told
