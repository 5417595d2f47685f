"""`heatstream status`, as it is typed."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

import pytest
from structlog.testing import capture_logs
from typer.testing import CliRunner

from schema.events import BatchCancelled
from services.cli.app import app
from services.runtime.clock import new_id
from services.runtime.topology import COMMANDS, COMMANDS_DEAD, JOBS, JOBS_DEAD, events_queue
from tests.integration.line import Line
from tests.integration.post import Post, post_office
from tests.integration.projector.rig import Rig, projecting, rigged, whole_batch
from tests.unit.projector import story

if TYPE_CHECKING:
    from typer.testing import Result

AWAY = {"--amqp-url": "amqp://127.0.0.1:1/", "--database-url": "postgresql://nobody@127.0.0.1:1/none"}


class Shell:
    """Runs `heatstream status` here: a process of its own costs a second, most of it for imports."""

    def __init__(self, rig: Rig) -> None:
        self._environment = {"HEATSTREAM_AMQP_URL": rig.amqp_url, "HEATSTREAM_DATABASE_URL": rig.database_url}

    async def __call__(self, *arguments: str, code: int, **environment: str) -> Result:
        with capture_logs():  # what the services' parts log; a process keeps it apart from its output
            done = await asyncio.to_thread(
                CliRunner().invoke, app, ["status", *arguments], env={**self._environment, **environment}
            )
        assert done.exit_code == code, done.output
        return done

    async def document(self, *arguments: str, code: int, **environment: str) -> dict[str, Any]:
        return dict(json.loads((await self("--json", *arguments, code=code, **environment)).stdout))


@pytest.fixture
async def rig(amqp_url: str, database_url: str) -> AsyncIterator[Rig]:
    async with rigged(amqp_url, database_url) as rig:
        yield rig


@pytest.fixture
def shell(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> Shell:
    monkeypatch.setattr("services.runtime.log.configure", lambda *_: None)  # it is for the whole process
    return Shell(rig)


@pytest.fixture
async def post(amqp_url: str) -> AsyncIterator[Post]:
    async with post_office(amqp_url) as post:
        yield post


@pytest.fixture
async def worker(post: Post) -> None:
    """Somebody at each queue that workers have."""

    async def nothing(_: object) -> None:
        pass

    for name in (COMMANDS, JOBS, JOBS_DEAD):
        await (await post.channel.get_queue(name)).consume(nothing)


def queue(state: dict[str, Any], name: str) -> dict[str, Any]:
    return next(queue for queue in state["queues"] if queue["name"] == name)


@pytest.mark.usefixtures("worker")
async def test_a_healthy_one_is_up_to_date(rig: Rig, shell: Shell) -> None:
    batch = new_id()
    async with projecting(rig.amqp_url, rig.database_url):
        await rig.say(batch, *whole_batch(batch, 2))
        await rig.until("SELECT status FROM processing_batches", "completed")
        state = await shell.document(code=0)
        drawn = (await shell(code=0)).stdout
    assert (state["healthy"], state["problems"], state["broker"], state["database"]) == (True, [], True, True)
    assert state["partitions"] == [{"partition": 0, "messages": 0, "events": 0, "seconds": 0.0, "at_least": False}]
    assert queue(state, events_queue(0))["consumers"] == 1
    assert (state["unfinished"], state["dead_letters"]) == (None, 0)
    assert [line.split() for line in drawn.splitlines()][:2] == [
        ["partition", "messages", "events", "seconds", "behind"],
        ["0", "0", "0", "0.0"],
    ]
    assert drawn.endswith("dead letters: 0\nunfinished batches: 0\n")


async def test_what_waits_is_counted_and_who_is_missing_is_named(rig: Rig, shell: Shell, post: Post) -> None:
    batch, other = new_id(), new_id()
    async with projecting(rig.amqp_url, rig.database_url):
        await rig.say(other, BatchCancelled())
        await rig.say(batch, story.submitted(2, batch))
        await rig.until("SELECT status FROM processing_batches", "pending")
        await rig.until("SELECT reason FROM set_aside_events", "unknown_batch")
    await rig.say(batch, *whole_batch(batch, 2)[1:])
    await post.put(COMMANDS_DEAD, {}, message_id="m-1")
    await post.holds(COMMANDS_DEAD, 1)
    state = await shell.document(code=1)
    (lag,) = state["partitions"]
    assert (lag["events"], lag["at_least"], lag["seconds"] > 0) == (6, False, True)
    assert 1 <= lag["messages"] <= 6
    assert state["set_asides"] == [{"reason": "unknown_batch", "rows": 1, "times": 1, "open": 1}]
    assert (state["unfinished"]["batch_id"], state["unfinished"]["batches"]) == (str(batch), 1)
    assert state["dead_letters"] == 1
    assert state["problems"] == [
        "nobody works on heatstream.commands: start a worker",
        "nobody works on heatstream.jobs.dead: start a worker",
        "nobody works on heatstream.jobs: start a worker",
        "nobody works on heatstream.events.0: start a projector",
    ]
    told = await shell("--most-lag", "0s", "--most-age", "0s", code=1)
    assert "heatstream: partition 0 is " in told.stderr
    assert f"heatstream: batch {batch} has been pending for " in told.stderr
    assert f"unfinished batches: 1, the oldest {batch} is pending for" in told.stdout
    assert "there: each service makes it" in (await shell(code=1, HEATSTREAM_PARTITIONS="2")).stderr


async def test_what_a_projector_holds_and_cannot_write_is_behind_though_no_message_waits(
    rig: Rig, shell: Shell, post: Post
) -> None:
    batch = new_id()
    async with Line(rig.database_url).laid() as line, projecting(rig.amqp_url, line.url):
        line.cut()
        await rig.say(batch, *whole_batch(batch, 2))
        await post.holds(events_queue(0), 0)
        (lag,) = (await shell.document(code=1))["partitions"]
        assert (lag["messages"], lag["events"]) == (0, 7)
        assert lag["seconds"] > 0


@pytest.mark.parametrize("server", AWAY)
async def test_a_server_that_is_away_is_said_and_the_rest_is_told(server: str, rig: Rig, shell: Shell) -> None:
    batch = new_id()
    async with projecting(rig.amqp_url, rig.database_url):
        await rig.say(batch, story.submitted(1, batch))
        await rig.until("SELECT status FROM processing_batches", "pending")
    state = await shell.document(server, AWAY[server], code=1)
    sentence = state["problems"][0]
    if server == "--amqp-url":
        assert "the message broker cannot be reached" in sentence
        assert (state["broker"], state["database"], state["queues"], state["partitions"]) == (False, True, [], [])
        assert state["unfinished"]["batch_id"] == str(batch)
    else:
        assert "the database cannot be reached" in sentence
        assert (state["broker"], state["database"], state["unfinished"]) == (True, False, None)
        assert state["partitions"][0] == {
            "partition": 0,
            "messages": 0,
            "events": None,
            "seconds": None,
            "at_least": False,
        }
    told = await shell(server, AWAY[server], code=1)
    assert f"heatstream: {sentence}" in told.stderr
    assert told.stdout


async def test_a_database_without_tables_is_told_apart_from_one_that_is_away(rig: Rig, shell: Shell) -> None:
    bare = rig.database_url.rsplit("/", 1)[0] + "/postgres"
    assert "heatstream migrate" in (await shell("--database-url", bare, code=1)).stderr
