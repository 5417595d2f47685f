"""`heatstream set-aside`, as it is typed, beside a projector at work."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any
from uuid import UUID

import orjson
import pytest
from structlog.testing import capture_logs
from typer.testing import CliRunner

from schema.events import BatchCancelled, BatchExpired
from schema.identity import job_id
from services.cli.app import app
from services.cli.commands.set_aside import outcomes
from services.runtime.clock import new_id
from tests.conftest import execute
from tests.integration.projector.rig import Rig, projecting, rigged
from tests.unit.projector import story

if TYPE_CHECKING:
    from typer.testing import Result

REASONS = "SELECT reason FROM set_aside_events ORDER BY id"
LOG = "SELECT type FROM batch_events ORDER BY event_id"


class Shell:
    """Runs `heatstream set-aside …` here: a process of its own costs a second, most of it for imports."""

    def __init__(self, rig: Rig) -> None:
        self._environment = {"HEATSTREAM_AMQP_URL": rig.amqp_url, "HEATSTREAM_DATABASE_URL": rig.database_url}

    async def __call__(self, *arguments: str, code: int = 0, **environment: str) -> Result:
        with capture_logs():  # what the services' parts log; a process keeps it apart from its output
            done = await asyncio.to_thread(
                CliRunner().invoke, app, ["set-aside", *arguments], env={**self._environment, **environment}
            )
        assert done.exit_code == code, done.output
        return done

    async def lines(self, *arguments: str, code: int = 0) -> list[dict[str, Any]]:
        return [json.loads(line) for line in (await self(*arguments, "--json", code=code)).stdout.splitlines()]


@pytest.fixture
async def rig(amqp_url: str, database_url: str) -> AsyncIterator[Rig]:
    async with rigged(amqp_url, database_url) as rig, projecting(amqp_url, database_url):
        yield rig


@pytest.fixture
def shell(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> Shell:
    monkeypatch.setattr("services.runtime.log.configure", lambda *_: None)  # it is for the whole process
    return Shell(rig)


async def from_the_future(rig: Rig, batch: UUID) -> dict[str, Any]:
    """An event of a version that this projector does not know, of a batch that is there."""
    (fact,) = await rig.say(batch, story.submitted(1, batch))
    future = {
        **fact.to_cloudevent(),
        "id": str(new_id()),
        "dataschema": "urn:heatstream:event:batch.submitted:9",
        "source": "\x1b[2Jsomewhere",
    }
    await rig.send(orjson.dumps([future]))
    await rig.until(REASONS, "future_version")
    return future


async def test_what_is_set_aside_is_listed_without_its_bytes_and_shown_with_them(rig: Rig, shell: Shell) -> None:
    batch = new_id()
    future = await from_the_future(rig, batch)
    await rig.send(b"Maya Lindqvist is \xff not JSON")
    await rig.until(REASONS, "future_version", "not_json")
    drawn = (await shell("list")).stdout
    head, first, second = (line.split() for line in drawn.splitlines())
    assert head == ["id", "reason", "batch", "queue", "age", "times", "retried", "open"]
    assert first[:4] + first[5:] == ["1", "future_version", str(batch), "events.0", "1", "yes"]
    assert second[:2] == ["2", "not_json"]
    lines = await shell.lines("list")
    assert [(line["id"], line["reason"], line["open"]) for line in lines] == [
        (1, "future_version", True),
        (2, "not_json", True),
    ]
    assert "Maya" not in drawn + str(lines)

    page = (await shell("show", "1")).stdout
    assert '"swimmer_name": "Maya Lindqvist"' in page
    assert "\x1b" not in page
    (document,) = await shell.lines("show", "1")
    assert (document["body"], document["reason"]) == (future, "future_version")
    assert (await shell("show", "2")).stdout.splitlines()[-1] == r"Maya Lindqvist is \xff not JSON"
    assert "nothing set aside has the id 77" in (await shell("show", "77", code=1)).stderr


async def test_filters_choose(rig: Rig, shell: Shell) -> None:
    async def ids(*filters: str) -> list[int]:
        return [line["id"] for line in await shell.lines("list", *filters)]

    batch = new_id()
    await from_the_future(rig, batch)
    await rig.send(b"x")
    await rig.until(REASONS, "future_version", "not_json")
    await execute(rig.database_url, "UPDATE set_aside_events SET recorded_at = now() - INTERVAL '3 hours' WHERE id = 1")
    assert await ids("--reason", "future_version", "--batch", str(batch), "--older-than", "2h30m", "--open") == [1]
    assert await ids("--newer-than", "2h") == [2]
    assert await ids("--id", "2", "--id", "1", "--limit", "1") == [1]
    assert (await shell("list", "--reason", "nothing")).stdout == "nothing is set aside\n"


async def test_after_a_fix_an_event_is_folded_and_its_batch_tells_of_it(rig: Rig, shell: Shell) -> None:
    batch = new_id()
    await execute(rig.database_url, "ALTER TABLE batch_jobs ADD CONSTRAINT bug CHECK (result_code IS NULL)")
    await rig.say(batch, story.submitted(1, batch), story.completed(1, batch=batch))
    await rig.until(REASONS, "bug")
    await execute(rig.database_url, "ALTER TABLE batch_jobs DROP CONSTRAINT bug")

    said = await shell("retry")
    assert said.stdout == f"would retry  1  bug  {batch}\n"
    assert "nothing was changed" in said.stderr
    assert await rig.rows(LOG) == ["batch.submitted"]

    (line,) = await shell.lines("retry", "--why", "mended", "--yes")
    assert (line["action"], line["told"], line["why"]) == ("folded", True, "mended")
    await rig.until(
        LOG, "batch.submitted", "job.completed", "batch.started", "batch.completed", "batch.dead_letter_redriven"
    )
    assert await rig.rows("SELECT data ->> 'reason', source FROM batch_events WHERE event_id = 5") == [
        ("bug; retried: mended", "heatstream/cli")
    ]
    assert await rig.rows("SELECT times, retried_times, retried_at IS NULL FROM set_aside_events") == [(1, 1, False)]
    assert [line["open"] for line in await shell.lines("list")] == [False]
    assert "nothing set aside is meant" in (await shell("retry", "--yes")).stderr
    await rig.dense()


async def test_what_is_set_aside_again_is_open_again(rig: Rig, shell: Shell) -> None:
    batch = new_id()
    await from_the_future(rig, batch)
    for times in (2, 3):
        (line,) = await shell.lines("retry", "--yes", code=1)
        assert (line["action"], line["told"]) == ("set aside again", True)
        marked = "SELECT times, retried_times FROM set_aside_events"
        await rig.until(marked, (times, times - 1))
    assert [line["open"] for line in await shell.lines("list")] == [True]


async def test_events_that_came_too_early_are_folded_in_their_order(rig: Rig, shell: Shell) -> None:
    batch = new_id()
    job = job_id(batch, 1)
    early = [story.stage(1, stage).model_copy(update={"job_id": job}) for stage in story.STAGES]
    await rig.say(batch, *early)
    await rig.until(REASONS, *["unknown_batch"] * 3)
    await rig.say(batch, story.submitted(1, batch))
    await rig.until(LOG, "batch.submitted")
    assert [line["action"] for line in await shell.lines("retry", "--batch", str(batch), "--yes")] == ["folded"] * 3
    assert await rig.rows(
        "SELECT data ->> 'stage' FROM batch_events WHERE type = 'job.stage_entered' ORDER BY event_id"
    ) == [stage.value for stage in story.STAGES]


async def test_a_message_that_nobody_can_read_goes_to_where_it_came_from(rig: Rig, shell: Shell) -> None:
    await rig.send(b"not JSON")
    await rig.until(REASONS, "not_json")
    (line,) = await shell.lines("retry", "--id", "1", "--yes", code=1)
    assert (line["action"], line["told"], line["batch_id"]) == ("set aside again", False, None)
    assert await rig.rows("SELECT times FROM set_aside_events") == [2]


async def test_what_cannot_be_retried_is_kept_and_said(rig: Rig, shell: Shell) -> None:
    batch = new_id()
    await from_the_future(rig, batch)
    await rig.say(batch, BatchCancelled(), BatchCancelled(), BatchExpired())
    await rig.until(REASONS, "future_version", "stale")
    await rig.until("SELECT count(*)::int FROM processing_batches", 0)
    assert "nothing set aside is meant" in (await shell("retry")).stderr  # its bytes went with its batch
    (line,) = await shell.lines("retry", "--id", "1", "--yes", code=1)
    assert (line["action"], line["problem"]) == ("kept", "its bytes are erased")
    assert "HEATSTREAM_PARTITIONS" in (await shell("retry", code=2, HEATSTREAM_PARTITIONS="2")).stderr
    away = await shell("list", "--database-url", "postgresql://nobody@127.0.0.1:1/none", code=2)
    assert away.stderr.count("\n") == 1


async def test_a_projector_that_is_away_is_not_waited_for_for_ever(
    amqp_url: str, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.runtime.log.configure", lambda *_: None)
    monkeypatch.setattr(outcomes, "PATIENCE_SECONDS", 0.2)
    async with rigged(amqp_url, database_url) as rig:
        async with projecting(amqp_url, database_url):
            await rig.send(b"not JSON")
            await rig.until(REASONS, "not_json")
        (line,) = await Shell(rig).lines("retry", "--yes", code=1)
        assert line["action"] == "not read yet"
