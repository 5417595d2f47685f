"""`heatstream send`, as it is typed, at the real broker and a real worker."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import pytest
from structlog.testing import capture_logs
from typer.testing import CliRunner

from schema.commands import COMMANDS as MODELS
from services.cli.app import app
from services.runtime.clock import new_id
from services.runtime.topology import COMMANDS, COMMANDS_DEAD
from tests.conftest import execute
from tests.integration.line import Line
from tests.integration.web import response
from tests.integration.worker.recorded import record_job
from tests.integration.worker.rig import PDF
from tests.integration.worker.test_jobs import message

if TYPE_CHECKING:
    from pathlib import Path

    from typer.testing import Result

    from services.worker.settings import WorkerSettings
    from tests.integration.web import Web
    from tests.integration.worker.rig import Rig

BATCH = str(new_id())


class Shell:
    """Runs `heatstream send …` here: a process of its own costs a second, most of it for imports."""

    def __init__(self, amqp_url: str) -> None:
        self.amqp_url = amqp_url

    async def __call__(self, *arguments: str, code: int = 0, typed: bytes | None = None) -> Result:
        with capture_logs():
            done = await asyncio.to_thread(
                CliRunner().invoke,
                app,
                ["send", *arguments],
                input=typed,
                env={"HEATSTREAM_AMQP_URL": self.amqp_url},
            )
        assert done.exit_code == code, done.output
        return done

    async def refused(self, *arguments: str, code: int = 2, typed: bytes | None = None) -> str:
        """The one line on standard error."""
        done = await self(*arguments, code=code, typed=typed)
        assert (done.stdout, done.stderr.count("\n")) == ("", 1)
        return done.stderr


@pytest.fixture
def shell(settings: WorkerSettings, monkeypatch: pytest.MonkeyPatch) -> Shell:
    monkeypatch.setattr("services.runtime.log.configure", lambda *_: None)  # it is for the whole process
    return Shell(settings.amqp_url.get_secret_value())


async def recorded(database_url: str, status: str) -> dict[str, Any]:
    job = message()
    await record_job(database_url, job, status, attempt=1)
    return job


@pytest.mark.usefixtures("worker")
async def test_a_submit_is_accepted_under_an_id_of_its_own_and_worked_on(shell: Shell, rig: Rig, web: Web) -> None:
    web.pages["/day1.pdf"] = response(PDF)
    said = await shell("batch.submit", "--swimmer", "Nora Quill", "--url", web.url("/day1.pdf"), "--json")
    answer = json.loads(said.stdout)
    assert answer["status"] == "accepted"
    (submitted, *_) = await rig.until(lambda facts: facts[-1:] != [] and facts[-1].event.TYPE == "job.completed")
    assert str(submitted.batch_id) == answer["batch_id"]


@pytest.mark.usefixtures("worker")
async def test_a_body_comes_from_a_file_or_standard_input_and_options_add_to_it(
    shell: Shell, rig: Rig, tmp_path: Path
) -> None:
    body = {"swimmer_name": "Nora Quill", "sources": [await rig.upload(PDF)]}
    (tmp_path / "batch.json").write_text(json.dumps(body))
    first = await shell("batch.submit", "--json-body", str(tmp_path / "batch.json"), "--batch", BATCH)
    assert first.stdout == f"batch.submit of batch {BATCH} is accepted\n"
    again = await shell("batch.submit", "--json-body", "-", typed=json.dumps({**body, "batch_id": BATCH}).encode())
    assert again.stdout == first.stdout
    assert {str(fact.batch_id) for fact in await rig.until(lambda facts: len(facts) > 1)} == {BATCH}


@pytest.mark.usefixtures("worker")
async def test_an_order_is_accepted(shell: Shell, rig: Rig, database_url: str) -> None:
    for command, status in (("batch.cancel", "processing"), ("batch.expire", "completed")):
        job = await recorded(database_url, status)
        said = await shell(command, "--batch", job["batch_id"])
        assert said.stdout == f"{command} of batch {job['batch_id']} is accepted\n"
    facts = await rig.until(lambda facts: len(facts) > 1)
    assert [fact.event.TYPE for fact in facts] == ["batch.cancelled", "batch.expired"]


@pytest.mark.usefixtures("worker")
async def test_a_retry_may_name_jobs(shell: Shell, rig: Rig, database_url: str) -> None:
    job = await recorded(database_url, "failed")
    await shell("batch.retry", "--batch", job["batch_id"], "--job", job["job_id"])
    assert (await rig.until(bool))[0].event.TYPE == "batch.retry_requested"


@pytest.mark.usefixtures("worker")
async def test_a_refusal_is_told_with_its_reason_and_in_json_as_it_came(shell: Shell, database_url: str) -> None:
    job = await recorded(database_url, "completed")
    await execute(database_url, "UPDATE processing_batches SET status = 'completed'")
    order = ("batch.cancel", "--batch", job["batch_id"])
    said = await shell.refused(*order)
    assert "batch.cancel was rejected (batch_over): batch_id names a batch that is over: it is completed" in said
    answer = json.loads((await shell(*order, "--json", code=2)).stdout)
    assert (answer["status"], answer["reason"], len(answer["errors"])) == ("rejected", "batch_over", 1)
    mail = await shell.refused("batch.notify", "--batch", job["batch_id"], "--email", "parent@example.org")
    assert "(mail_off)" in mail


async def test_what_is_wrong_is_told_field_by_field_and_not_sent(shell: Shell, rig: Rig, tmp_path: Path) -> None:
    said = await shell.refused("batch.submit", "--url", "ftp://x", "--email", "nobody", "--job", BATCH)
    for part in (
        "swimmer_name (--swimmer) is missing",
        "sources.0.url must begin with",
        "job_ids (--job) is not a field",
    ):
        assert part in said
    assert "notification_email (--email) must look like name@example.org" in said
    assert "'batch.explode' is no command: take one of batch.submit, " in await shell.refused("batch.explode")
    assert "standard input is not JSON" in await shell.refused("batch.cancel", "--json-body", "-", typed=b"{")
    assert "must be a JSON object" in await shell.refused("batch.cancel", "--json-body", "-", typed=b"[]")
    assert "cannot be opened" in await shell.refused("batch.cancel", "--json-body", str(tmp_path / "none.json"))
    for queue in (COMMANDS, COMMANDS_DEAD):
        assert (await rig.channel.declare_queue(queue, passive=True)).declaration_result.message_count == 0


async def test_without_an_answer_the_command_is_kept_and_the_code_says_so(shell: Shell, rig: Rig) -> None:
    said = await shell.refused("batch.cancel", "--batch", BATCH, "--timeout", "0.1", code=1)
    assert f"batch.cancel of batch {BATCH} is at the broker, but nobody answered within 0.1 s" in said
    sent = await rig.next_of(await rig.channel.get_queue(COMMANDS))
    assert (sent.type, sent.app_id, sent.headers) == ("batch.cancel", "heatstream-cli", {"x-version": 1})
    assert sent.reply_to
    assert sent.correlation_id
    assert json.loads(sent.body) == {"batch_id": BATCH}


async def test_a_line_that_is_cut_leaves_the_answer_open_and_says_what_to_do(shell: Shell, rig: Rig) -> None:
    async with Line(shell.amqp_url).laid() as line:
        shell.amqp_url = line.url
        said = asyncio.create_task(shell.refused("batch.cancel", "--batch", BATCH, "--timeout", "60"))
        await rig.next_of(await rig.channel.get_queue(COMMANDS))
        line.cut()
        assert f"batch.cancel of batch {BATCH} may have arrived: send it again, that is harmless" in await said


async def test_at_a_broker_of_others_it_says_so(shell: Shell, rig: Rig) -> None:
    await rig.channel.exchange_delete(COMMANDS)  # declared anew for the next test
    said = await shell.refused("batch.cancel", "--batch", BATCH)
    assert "nothing at the message broker takes commands, so nothing was sent" in said


async def test_without_a_broker_it_says_so(shell: Shell) -> None:
    shell.amqp_url = "amqp://127.0.0.1:1/"
    said = await shell.refused("batch.cancel", "--batch", BATCH)
    assert "the message broker cannot be reached" in said
    assert "HEATSTREAM_AMQP_URL" in said


def test_the_help_names_every_command() -> None:
    assert [name for name in MODELS if name not in CliRunner().invoke(app, ["send", "--help"]).output] == []
