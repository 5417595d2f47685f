"""The README is checked: its commands run, its table of settings is the code's."""

from __future__ import annotations

import asyncio
import dataclasses
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from pydantic import SecretStr

from services.api.settings import ApiSettings
from services.projector.settings import ProjectorSettings
from services.runtime.settings import Settings
from services.worker.settings import WorkerSettings
from tests.chaos.crew import Crew

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deploy.local.servers import Servers

CLASSES = (
    ("every service", Settings),
    ("api", ApiSettings),
    ("worker", WorkerSettings),
    ("projector", ProjectorSettings),
)
ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def commands(program: str) -> list[str]:
    lines = [line.split("  #")[0].strip() for block in blocks("sh") for line in block.splitlines()]
    return [line for line in lines if line.startswith(program)]


@pytest.fixture
def crew(private_servers: Servers, database_url: str, amqp_url: str, tmp_path: Path) -> Iterator[Crew]:
    servers = dataclasses.replace(private_servers, database_url=database_url, amqp_url=amqp_url)
    with Crew(servers, tmp_path) as crew:
        yield crew


@pytest.mark.parametrize("command", commands("make"))
def test_each_make_target_exists(command: str) -> None:
    done = subprocess.run([*shlex.split(command), "--dry-run"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


async def test_its_commands_run(crew: Crew, amqp_url: str, database_url: str, tmp_path: Path) -> None:
    wanted = [line for program in ("heatstream", "curl", "python", "node") for line in commands(program)]
    assert len(wanted) >= 5
    environment = {
        **os.environ,
        "HEATSTREAM_API_URL": crew.api_url,
        "HEATSTREAM_AMQP_URL": amqp_url,
        "HEATSTREAM_DATABASE_URL": database_url,
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
    }
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    for command in wanted:
        shell = ["sh", "-euc", command]
        done = await asyncio.to_thread(
            subprocess.run,
            shell,
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
    assert (tmp_path / "maya.ics").read_text().startswith("BEGIN:VCALENDAR")


def settings_table() -> str:
    """The table as the settings classes have it; `python -m tests.acceptance.test_readme` writes it."""
    lines = ["| variable | default | what it is |", "|---|---|---|"]
    for heading, model in CLASSES:
        lines.append(f"| **{heading}** | | |")
        for name, field in model.model_fields.items():
            if model is Settings or name not in Settings.model_fields:
                value = field.get_default(call_default_factory=True)
                value = value.get_secret_value() if isinstance(value, SecretStr) else value
                if name == "job_slots":
                    value = "processors"
                if isinstance(value, frozenset):
                    value = ",".join(sorted(value))
                shown = f"`{value}`" if str(value) else ""
                lines.append(f"| `HEATSTREAM_{name.upper()}` | {shown} | {field.description} |")
    return "\n".join(lines)


def test_the_table_of_settings_is_the_codes() -> None:
    written = re.search(r"<!-- settings -->\n(.*?)\n<!-- /settings -->", README, re.DOTALL)
    assert written is not None
    assert written.group(1) == settings_table()


if __name__ == "__main__":
    marks = "<!-- settings -->\n{}\n<!-- /settings -->"
    between = re.compile(marks.format(".*?").replace("\n.*?\n", "\n.*?"), re.DOTALL)
    (ROOT / "README.md").write_text(between.sub(lambda _: marks.format(settings_table()), README))
