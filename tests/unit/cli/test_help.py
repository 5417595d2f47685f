from __future__ import annotations

import json
import subprocess
import sys

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from services.cli.app import app

COMMANDS = sorted(get_command(app).commands)  # type: ignore[attr-defined]  # a group, typed as a plain command
SLOW = ("aio_pika", "asyncpg", "httpx2", "psycopg", "pydantic", "pypdfium2", "rich", "starlette", "uvicorn")


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_teaches_by_an_example(command: str) -> None:
    done = CliRunner().invoke(app, [command, "--help"])
    assert done.exit_code == 0
    assert f"heatstream {command}" in done.output.split("Example:")[1]


def test_help_imports_nothing_slow() -> None:
    code = f"import sys, services.cli.app; print([name for name in {SLOW} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_main_module_imports_no_command() -> None:
    code = "import sys, services.cli.__main__; print('typer' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_topology_names_every_queue_with_its_arguments() -> None:
    done = CliRunner().invoke(app, ["topology", "--json"], env={"HEATSTREAM_PARTITIONS": "2"})
    held = json.loads(done.stdout)
    assert {exchange["name"] for exchange in held["exchanges"]} >= {"heatstream.commands", "heatstream.events"}
    queues = {queue["name"]: queue for queue in held["queues"]}
    assert queues["heatstream.events.1"]["arguments"]["x-single-active-consumer"] is True
    assert queues["heatstream.events.1"]["bindings"] == [{"exchange": "heatstream.events", "routing_key": "1"}]
    assert CliRunner().invoke(app, ["topology"]).stdout.count("\nqueue ") == len(queues) - 1


def test_a_database_that_is_away_is_told_in_one_line() -> None:
    done = CliRunner().invoke(app, ["migrate", "--database-url", "postgresql://nobody@127.0.0.1:1/nothing"])
    assert done.exit_code == 2
    assert done.stderr.count("\n") == 1
    assert "cannot be migrated" in done.stderr
