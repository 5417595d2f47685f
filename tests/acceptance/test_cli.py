"""`up` and the commands that talk to it, as processes of their own."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest

from tests.acceptance.leftovers import left_running, marked

if TYPE_CHECKING:
    from collections.abc import Iterator

EXAMPLES = Path(__file__).parents[2] / "examples"
SHEETS = [str(EXAMPLES / "summer-invitational.pdf"), str(EXAMPLES / "sprint-night.pdf")]
SWIMMER = "Maya Lindqvist"
STOP_SECONDS = 10

pytestmark = pytest.mark.timeout(240)


@contextmanager
def up(state: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """`heatstream up`, and the address that it printed; what it says on standard error goes to a file."""
    environment, mark = marked()
    command = [sys.executable, "-m", "services.cli", "up", "--state", str(state)]
    with (
        (state / "stderr").open("w") as errors,
        subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=errors, text=True) as running,
    ):
        try:
            assert running.stdout is not None
            said = running.stdout.readline()
            address = re.search(r"http://127\.0\.0\.1:\d+", said)
            assert address, said + (state / "stderr").read_text()
            yield running, address.group()
        finally:
            if running.poll() is None:
                running.send_signal(signal.SIGTERM)
            running.wait(60)
    assert left_running(mark, state) == []


def heatstream(api_url: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"HEATSTREAM_API_URL": api_url}
    command = [sys.executable, "-m", "services.cli", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=120)


def test_a_batch_from_the_command_line_and_a_stop_in_time(state: Path) -> None:
    calendar = state / "maya.ics"
    with up(state) as (running, api_url):
        found = heatstream(
            api_url, "submit", *SHEETS, "--swimmer", SWIMMER, "--watch", "--ics", str(calendar), "--json"
        )
        assert found.returncode == 0, found.stderr
        results = json.loads(found.stdout)
        assert [sheet["source"] for sheet in results["results"]] == [Path(sheet).name for sheet in SHEETS]
        assert calendar.read_text().startswith("BEGIN:VCALENDAR")

        events = heatstream(api_url, "watch", results["batch_id"], "--json")
        assert events.returncode == 0, events.stderr
        news = [json.loads(line) for line in events.stdout.splitlines()]
        assert [each["id"] for each in news] == sorted({each["id"] for each in news})
        assert news[-1]["name"] == "batch_completed"

        broker = state / "amqp-url"
        assert broker.stat().st_mode & 0o077 == 0  # it has a password
        over = heatstream(
            api_url, "send", "batch.cancel", "--batch", results["batch_id"], "--amqp-url", broker.read_text()
        )
        assert over.returncode == 2
        assert over.stderr.startswith("heatstream: batch.cancel was rejected (batch_over): ")

        database = (state / "database-url").read_text()
        healthy = heatstream(api_url, "status", "--amqp-url", broker.read_text(), "--database-url", database)
        assert healthy.returncode == 0, healthy.stderr

        absent = heatstream(api_url, "submit", SHEETS[0], "--swimmer", "Nobody Atall", "--watch")
        assert absent.returncode == 3, absent.stderr

        twice = heatstream(api_url, "up", "--state", str(state))
        assert twice.returncode == 2
        assert f"{state} is in use by process {running.pid}: use that one, or stop it first\n" in twice.stderr

        running.send_signal(signal.SIGINT)
        asked = time.monotonic()
        assert running.wait(60) == 0
        assert time.monotonic() - asked < STOP_SECONDS
        assert not broker.exists()


def test_a_service_that_dies_is_told_with_its_last_lines(state: Path) -> None:
    with up(state) as (running, _):
        worker = next(
            child
            for child in psutil.Process(running.pid).children()
            if child.cmdline()[-2:] == ["services.cli", "worker"]
        )
        worker.kill()
        assert running.wait(60) == 1
        said = (state / "stderr").read_text()
    assert "worker died" in said
    assert "broker.connected" in said


def test_what_a_killed_one_left_running_is_ended_by_the_next(state: Path) -> None:
    environment, mark = marked()
    command = [sys.executable, "-m", "services.cli", "up", "--state", str(state)]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as killed:
        assert killed.stdout is not None
        assert "is up" in killed.stdout.readline()
        killed.kill()
    assert left_running(mark, state) != []

    with up(state):
        assert left_running(mark) == []
