"""The publishers of `examples/`, as a stranger runs them, at the real broker and a real worker."""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from services.runtime.clock import new_id
from services.runtime.topology import COMMANDS_DEAD
from tests.integration.web import response
from tests.integration.worker.rig import PDF

if TYPE_CHECKING:
    from services.worker.settings import WorkerSettings
    from tests.integration.web import Web
    from tests.integration.worker.rig import Rig

EXAMPLES = Path(__file__).parents[3] / "examples"
PUBLISHERS = ["python", "node"]


async def publisher(language: str, broker: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    if language == "node":
        assert (EXAMPLES / "node" / "node_modules").is_dir(), "amqplib is missing: `make node` installs it"
        command = [shutil.which("node") or "node", str(EXAMPLES / "node" / "publisher.mjs")]
    else:
        command = [sys.executable, str(EXAMPLES / "python" / "publisher.py")]
    return await asyncio.to_thread(
        subprocess.run,
        [*command, "--broker", broker, *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.fixture
def broker(settings: WorkerSettings) -> str:
    return settings.amqp_url.get_secret_value()


@pytest.mark.usefixtures("worker")
@pytest.mark.parametrize("language", PUBLISHERS)
async def test_a_batch_is_accepted_and_followed_to_its_end(language: str, broker: str, web: Web) -> None:
    web.pages["/day1.pdf"] = web.pages["/day2.pdf"] = response(PDF)
    batch_id = str(new_id())
    links = [web.url("/day1.pdf"), web.url("/day2.pdf")]
    done = await publisher(language, broker, "--swimmer", "Nora Quill", "--batch", batch_id, "--follow", *links)
    assert (done.returncode, done.stderr) == (0, "")
    answer, *news = [json.loads(line) for line in done.stdout.splitlines()]
    assert answer == {"status": "accepted", "batch_id": batch_id}
    assert news[0]["type"] == "batch.submitted"
    assert [one["type"] for one in news].count("job.completed") == 2


@pytest.mark.usefixtures("worker")
@pytest.mark.parametrize("language", PUBLISHERS)
async def test_a_batch_is_rejected_with_every_field_that_is_wrong(language: str, broker: str, rig: Rig) -> None:
    done = await publisher(language, broker, "--batch", "7", "ftp://meets.example/day1.pdf")
    assert done.returncode == 2, done.stderr
    answer = json.loads(done.stdout)
    assert (answer["status"], answer["reason"]) == ("rejected", "bad_fields")
    assert [error["field"] for error in answer["errors"]] == ["batch_id", "swimmer_name", "sources.0.url"]
    assert (await rig.dead(COMMANDS_DEAD)).app_id == "publisher-example"


@pytest.mark.parametrize("language", PUBLISHERS)
async def test_without_a_broker_it_says_so(language: str) -> None:
    done = await publisher(language, "amqp://127.0.0.1:1/", "https://meets.example/day1.pdf")
    assert done.returncode == 1
    assert "the broker" in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr
