"""A swimmer is erased: afterwards no table, no log file, no queue and no stored byte has the name."""

from __future__ import annotations

import asyncio
import dataclasses
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import httpx2
import orjson
import pytest
from structlog.testing import capture_logs
from typer.testing import CliRunner

from schema.commands import FileSource
from schema.events import BatchSubmitted, Job, JobFailed
from schema.identity import job_id
from schema.states import ErrorCode
from services.cli.app import app
from services.cli.commands.erase import doing
from services.runtime.blobs import Blobs
from services.runtime.clock import new_id
from services.runtime.database import Database
from services.runtime.topology import COMMANDS, COMMANDS_DEAD, HISTORY, JOBS_UNREADABLE
from services.worker.janitor.orphans import Orphans
from tests.chaos.crew import Crew
from tests.conftest import TOPOLOGY
from tests.integration.post import Post, post_office
from tests.integration.projector.rig import Rig, projecting, rigged

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from deploy.local.servers import Servers

SHEET = Path(__file__).parents[2] / "examples" / "sprint-night.pdf"
SWIMMER, FILE = "Maya Lindqvist", "Maya Lindqvist.pdf"
TYPED = "LINDQVIST,  Máya"
OTHER = "Greta Nyquister"


@pytest.fixture
def crew(private_servers: Servers, database_url: str, amqp_url: str, tmp_path: Path) -> Iterator[Crew]:
    servers = dataclasses.replace(private_servers, database_url=database_url, amqp_url=amqp_url)
    with Crew(servers, tmp_path) as crew:
        yield crew


async def erase(rig: Rig, *arguments: str, code: int = 0) -> dict[str, Any]:
    """Run `heatstream erase` here, as a thread: a process of its own costs a second, most of it for imports."""
    environment = {"HEATSTREAM_AMQP_URL": rig.amqp_url, "HEATSTREAM_DATABASE_URL": rig.database_url}
    with capture_logs():
        done = await asyncio.to_thread(CliRunner().invoke, app, ["erase", *arguments, "--json"], env=environment)
    assert done.exit_code == code, done.output
    return dict(json.loads(done.stdout)) if code == 0 else {"said": done.stderr}


@pytest.fixture(autouse=True)
def _logs_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.runtime.log.configure", lambda *_: None)  # it is for the whole process


def named(text: bytes | str) -> bool:
    """Whether the name stands there, also where PostgreSQL shows bytes by their hexadecimal digits."""
    folded = (text if isinstance(text, bytes) else text.encode()).lower()
    return any(part in folded for part in (b"lindqvist", b"lindqvist".hex().encode(), b"Lindqvist".hex().encode()))


async def named_rows(rig: Rig) -> list[tuple[str, str]]:
    """Each row of each table that has the name in any column."""
    tables = await rig.rows("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
    assert len(tables) >= 7
    rows = [(table, row) for table in tables for row in await rig.rows(f"SELECT t::text FROM {table} t")]  # noqa: S608 - ours
    return [(table, row) for table, row in rows if named(row)]


async def trouble(rig: Rig, post: Post, batch: UUID) -> UUID:
    """All that may leave a name somewhere: late, unreadable and dead messages, and a row that PostgreSQL refuses."""
    facts = await rig.say(batch, submitted(batch))
    await rig.send(orjson.dumps([facts[0].to_cloudevent()])[:-1])
    command = {"batch_id": str(batch), "swimmer_name": SWIMMER, "sources": [{"source_type": "url", "url": "https://x"}]}
    await post.put(COMMANDS, command, type="batch.submit", message_id=str(new_id()))
    await post.put(JOBS_UNREADABLE, {"swimmer_name": "lindqvist, maya"}, message_id="unreadable")
    await post.put(JOBS_UNREADABLE, f"{SWIMMER} and others".encode(), message_id="hers-perhaps")
    await rig.rows("ALTER TABLE batch_jobs ADD CHECK (error_message IS DISTINCT FROM 'refused')")
    second = new_id()
    refused = JobFailed(
        job_id=job_id(second, 1), attempt=1, error_code=ErrorCode.UNKNOWN, error_message="refused", retriable=False
    )
    await rig.say(second, submitted(second), refused)
    await rig.until("SELECT DISTINCT reason FROM set_aside_events ORDER BY 1", "bug", "not_json", "stale")
    await post.holds(COMMANDS_DEAD, 1)
    return second


def submitted(batch: UUID) -> BatchSubmitted:
    job = Job(job_id=job_id(batch, 1), sequence=1, source=FileSource(checksum="0" * 32, filename=FILE))
    return BatchSubmitted(swimmer_name=SWIMMER, jobs=(job,))


@pytest.fixture
async def rig(amqp_url: str, database_url: str) -> AsyncIterator[Rig]:
    async with rigged(amqp_url, database_url) as rig:
        yield rig


async def test_an_erased_swimmer_is_found_nowhere(crew: Crew, rig: Rig, servers_state: Path, tmp_path: Path) -> None:
    logs = {path: path.stat().st_size for path in (servers_state / "logs").iterdir()}
    sheet = tmp_path / FILE
    sheet.write_bytes(SHEET.read_bytes())
    async with post_office(rig.amqp_url) as post:
        batch, other = await crew.submit(SWIMMER, [sheet]), await crew.submit(OTHER, [sheet])
        await rig.until("SELECT DISTINCT status FROM processing_batches", "completed")
        second = await trouble(rig, post, batch)
        assert len(await named_rows(rig)) > 5

        planned = await erase(rig, "--swimmer", TYPED)
        assert {one["batch_id"] for one in planned["batches"]} == {str(batch), str(second)}
        assert [one["action"] for one in planned["dead_letters"]] == ["would drop", "would drop", "kept"]
        assert planned["named_by"] == [str(other)]  # by its file
        await rig.until("SELECT count(*)::int FROM processing_batches", 3)

        done = await erase(rig, "--swimmer", TYPED, "--yes")
        assert [one["erased"] for one in done["batches"]] == [True, True]
        assert [one["action"] for one in done["dead_letters"]] == ["dropped", "dropped", "kept"]
        assert (
            await rig.rows("SELECT correlation_id FROM batch_events WHERE type = 'batch.expired'")
            == [done["request"]] * 2
        )
        await rig.say(batch, submitted(batch))  # what comes late brings nothing back
        await rig.until("SELECT count(*)::int FROM set_aside_events WHERE reason = 'stale'", 2)
        left = await named_rows(rig)
        assert [row for table, row in left if table != "pdf_files" and str(other) not in row] == []

        async with httpx2.AsyncClient(base_url=crew.api_url) as client:
            assert (await client.get(f"/api/batches/{batch}")).status_code == 410
            assert (await client.get(f"/api/batches/{other}/results")).json()["results"][0]["swims"]
        assert (await erase(rig, "--swimmer", TYPED, "--yes"))["batches"] == []
        assert (await erase(rig, "--batch", str(batch)))["erased_already"] == [str(batch)]

        await erase(rig, "--batch", str(other), "--yes")  # the sheet itself has her name, and goes with its last batch
        assert await named_rows(rig) == []
        assert await stored_after_a_sweep(rig, tmp_path) == []
        await post.taken(JOBS_UNREADABLE, 1)
        for queue in TOPOLOGY.queues:
            if queue.name != HISTORY:
                await post.holds(queue.name, 0)
    for path in (servers_state / "logs").iterdir():
        assert not named(path.read_bytes()[logs.get(path, 0) :]), path
    assert [path.name for path in (tmp_path / "logs").iterdir() if named(path.read_bytes())] == []
    assert "projector.event_failed" in (tmp_path / "logs" / "projector.log").read_text()


async def stored_after_a_sweep(rig: Rig, state: Path) -> list[str]:
    """What the janitor leaves in the blob store when all is old enough."""
    folder = state / "blobs"
    assert any(path.is_file() for path in folder.rglob("*"))

    async def nothing() -> int:
        return 0

    async with Database(rig.database_url, name="test") as database:
        orphans = Orphans(
            database=database,
            blobs=Blobs(f"file://{folder}"),
            reader_version="none",
            waiting=nothing,
            hours=0,
            look_again_seconds=0,
        )
        for _ in range(4):
            await orphans.sweep()
    return [str(path) for path in folder.rglob("*") if path.is_file()]


async def test_orders_that_nobody_works_off_yet_are_said_to_wait(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doing, "PATIENCE_SECONDS", 0.1)
    batch = new_id()
    async with projecting(rig.amqp_url, rig.database_url), post_office(rig.amqp_url) as post:
        await rig.say(batch, submitted(batch))
        await rig.until("SELECT status FROM processing_batches", "pending")
        environment = {"HEATSTREAM_AMQP_URL": rig.amqp_url, "HEATSTREAM_DATABASE_URL": rig.database_url}
        with capture_logs():
            said = await asyncio.to_thread(CliRunner().invoke, app, ["erase", "--batch", str(batch)], env=environment)
            done = await asyncio.to_thread(
                CliRunner().invoke, app, ["erase", "--swimmer", TYPED, "--yes"], env=environment
            )
        assert (said.exit_code, done.exit_code) == (0, 1)
        head, row = (line.split("  ") for line in said.stdout.splitlines())
        assert (head[0], row[0], row[1]) == ("batch", str(batch), SWIMMER)
        assert said.stderr == "nothing was changed, --yes does it\n"
        assert "not yet" in done.stdout
        assert "not erased yet: 1 of 1 batches; the broker has the orders" in done.stderr
        (order,) = await post.taken(COMMANDS, 1)
        assert (order.type, orjson.loads(order.body)) == ("batch.expire", {"batch_id": str(batch)})
        assert str(order.correlation_id).startswith("erase-")


async def test_what_cannot_be_erased_is_said(rig: Rig) -> None:
    assert "no batch" in (await erase(rig, "--batch", str(new_id()), code=2))["said"]
    assert "either --swimmer" in (await erase(rig, code=2))["said"]
    assert (
        "cannot be reached" in (await erase(rig, "--swimmer", "x", "--amqp-url", "amqp://127.0.0.1:1/", code=2))["said"]
    )
    away = await erase(rig, "--swimmer", "x", "--database-url", "postgresql://nobody@127.0.0.1:1/none", code=2)
    assert away["said"].count("\n") == 1
    assert "the database cannot be reached" in away["said"]
