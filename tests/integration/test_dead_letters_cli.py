"""`heatstream dead-letters`, as it is typed."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import orjson
import pytest
from structlog.testing import capture_logs
from typer.testing import CliRunner

from schema.cloudevents import Fact
from schema.events import BatchDeadLetterRedriven
from services.cli.app import app
from services.runtime.clock import new_id, now
from services.runtime.topology import COMMANDS, COMMANDS_DEAD, EVENTS_DEAD, JOBS, JOBS_UNREADABLE, events_queue
from tests.integration.post import Post, post_office

if TYPE_CHECKING:
    from typer.testing import Result

BATCH = "01920000-0000-7000-8000-000000000001"
SWIMMER = "Nora Quill"


class Shell:
    """Runs `heatstream dead-letters …` here: a process of its own costs a second, most of it for imports."""

    def __init__(self, amqp_url: str) -> None:
        self.environment = {"HEATSTREAM_AMQP_URL": amqp_url}

    async def __call__(self, *arguments: str, code: int = 0, **environment: str) -> Result:
        with capture_logs():  # what the services' parts log; a process keeps it apart from its output
            done = await asyncio.to_thread(
                CliRunner().invoke, app, ["dead-letters", *arguments], env={**self.environment, **environment}
            )
        assert done.exit_code == code, done.output
        return done

    async def lines(self, *arguments: str, code: int = 0) -> list[dict[str, Any]]:
        return [json.loads(line) for line in (await self(*arguments, "--json", code=code)).stdout.splitlines()]


@pytest.fixture
def shell(amqp_url: str, monkeypatch: pytest.MonkeyPatch) -> Shell:
    monkeypatch.setattr("services.runtime.log.configure", lambda *_: None)  # it is for the whole process
    return Shell(amqp_url)


@pytest.fixture
async def post(amqp_url: str) -> AsyncIterator[Post]:
    """Three dead letters: a command, one that strangers wrote, and a job."""
    async with post_office(amqp_url) as post:
        dead = {"x-reason": "batch_id_taken", "x-sentence": "it is", "x-dead-since": now() - timedelta(hours=3)}
        body = {"batch_id": BATCH, "swimmer_name": SWIMMER}
        await post.put(COMMANDS_DEAD, body, type="batch.notify", message_id="m-1", headers=dead)
        odd = {"x-reason": "not_\x1b[2Jjson"}
        await post.put(COMMANDS_DEAD, b"\xff\x1b[2J" + SWIMMER.encode(), message_id="m-2", headers=odd)
        await post.put(
            JOBS_UNREADABLE, body, type="job.process", message_id=str(new_id()), headers={"x-reason": "bad_fields"}
        )
        yield post


async def test_a_list_says_all_but_the_body_and_changes_nothing(shell: Shell, post: Post) -> None:
    drawn = (await shell("list")).stdout
    head, first, *_ = (line.split() for line in drawn.splitlines())
    assert head == ["queue", "id", "type", "batch", "reason", "age", "times"]
    assert first == ["commands.dead", "m-1", "batch.notify", BATCH, "batch_id_taken", "3h", "1"]
    assert (SWIMMER in drawn, "\x1b" in drawn) == (False, False)
    lines = await shell.lines("list")
    assert [line["queue"] for line in lines] == [COMMANDS_DEAD, COMMANDS_DEAD, JOBS_UNREADABLE]
    assert SWIMMER not in str(lines)
    assert (lines[0]["batch_ids"], lines[0]["reason"], lines[0]["sentence"]) == ([BATCH], "batch_id_taken", "it is")
    await post.holds(COMMANDS_DEAD, 2)
    await post.holds(JOBS_UNREADABLE, 1)


@pytest.mark.usefixtures("post")
async def test_filters_choose(shell: Shell) -> None:
    async def ids(*filters: str) -> list[str]:
        return [line["id"] for line in await shell.lines("list", "--queue", "commands.dead", *filters)]

    assert await ids("--reason", "batch_id_taken", "--type", "batch.notify", "--batch", BATCH) == ["m-1"]
    assert await ids("--older-than", "2h30m") == ["m-1"]
    assert await ids("--newer-than", "2h") == []
    assert await ids("--limit", "1") == ["m-1"]
    assert (await shell("list", "--id", "nobody")).stdout == "no dead letters\n"


async def test_one_letter_is_shown_whole(shell: Shell, post: Post) -> None:
    page = (await shell("show", "m-1")).stdout
    assert f'"swimmer_name": "{SWIMMER}"' in page
    assert "header x-sentence it is" in page
    odd = (await shell("show", "m-2")).stdout
    assert odd.splitlines()[-1] == rf"\xff\x1b[2J{SWIMMER}"
    (document,) = await shell.lines("show", "m-1")
    assert (document["body"]["swimmer_name"], document["headers"]["x-reason"]) == (SWIMMER, "batch_id_taken")
    deep = b"[" * 50_000 + b"]" * 50_000
    await post.put(COMMANDS_DEAD, deep, message_id="deep")
    assert (await shell("show", "deep")).stdout.splitlines()[-1].encode() == deep
    assert "no dead letter nobody" in (await shell("show", "nobody", code=1)).stderr


async def test_a_process_prints_nothing_but_what_it_did(shell: Shell, post: Post) -> None:
    done = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-m", "services.cli", "dead-letters", "redrive", "--id", "m-1", "--yes", "--json"],
        env={**os.environ, **shell.environment},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert (json.loads(done.stdout)["action"], done.stderr) == ("redriven", "")
    await post.holds(COMMANDS, 1)


async def test_a_redrive_is_a_dry_run_until_yes(shell: Shell, post: Post) -> None:
    said = await shell("redrive", "--reason", "batch_id_taken")
    assert said.stdout == f"would redrive  commands.dead  m-1  batch.notify  batch_id_taken  to {COMMANDS}\n"
    assert "nothing was changed" in said.stderr
    await post.holds(COMMANDS_DEAD, 2)
    (line,) = await shell.lines("redrive", "--reason", "batch_id_taken", "--why", "mended", "--yes")
    assert (line["action"], line["to"], line["told"], line["why"]) == ("redriven", COMMANDS, [BATCH], "mended")
    (back,) = await post.taken(COMMANDS, 1)
    assert (back.type, back.message_id, back.headers["x-redriven"]) == ("batch.notify", "m-1", 1)
    assert line["by"] == back.headers["x-redriven-by"]
    (told,) = await post.taken(events_queue(0), 1)
    fact = Fact.from_cloudevent(orjson.loads(told.body)[0])
    assert fact.event == BatchDeadLetterRedriven(queue=COMMANDS_DEAD, reason="batch_id_taken; put back: mended")
    assert fact.source == "heatstream/cli"
    (left,) = await post.taken(COMMANDS_DEAD, 1)
    assert left.message_id == "m-2"


async def test_what_nobody_can_place_is_kept_and_the_rest_goes(shell: Shell, post: Post) -> None:
    await post.put(EVENTS_DEAD, b"no events", message_id="lost")
    queues = ("--queue", "events.dead", "--queue", "jobs.unreadable")
    lines = await shell.lines("redrive", *queues, "--yes", code=1)
    assert [(line["action"], line["to"]) for line in lines] == [("redriven", JOBS), ("kept", None)]
    assert "nobody can tell" in lines[1]["problem"]
    await post.holds(EVENTS_DEAD, 1)
    await post.holds(JOBS, 1)


async def test_a_drop_is_a_dry_run_until_yes(shell: Shell, post: Post) -> None:
    assert (await shell("drop", "--id", "m-2")).stdout.startswith("would drop  commands.dead  m-2")
    await post.holds(COMMANDS_DEAD, 2)
    said = await shell("drop", "--id", "m-2", "--why", "junk", "--yes")
    assert said.stdout.startswith("dropped  commands.dead  m-2")
    assert said.stderr.startswith("1 dropped, by heatstream/cli ")
    assert said.stderr.endswith(": junk\n")
    (left,) = await post.taken(COMMANDS_DEAD, 1)
    assert left.message_id == "m-1"


@pytest.mark.usefixtures("post")
async def test_what_cannot_be_done_is_told_in_one_line(shell: Shell) -> None:
    wrong = {
        "is no queue of dead letters": await shell("list", "--queue", "commands", code=2),
        "cannot be reached": await shell("list", "--amqp-url", "amqp://127.0.0.1:1/", code=2),
        "HEATSTREAM_PARTITIONS": await shell("redrive", code=2, HEATSTREAM_PARTITIONS="2"),
    }
    for sentence, done in wrong.items():
        assert sentence in done.stderr
        assert done.stderr.count("\n") == 1
