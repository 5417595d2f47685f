"""cancel, retry and expire, against a gateway that answers from a script."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner, Result

from services.cli.app import app
from tests.unit.cli.test_batches import BATCH, BATCH_PATH, JOB, MOMENT, NAME

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.conftest import ScriptedGateway

ORDERED = {"batch_id": BATCH, "command": "batch.x", "url": BATCH_PATH, "events_url": f"{BATCH_PATH}/events"}


def run(gateway: ScriptedGateway, *arguments: str, typed: str | None = None) -> Result:
    return CliRunner().invoke(app, [*arguments, "--api", gateway.url], input=typed)


def batch() -> dict[str, object]:
    job = {
        "id": JOB,
        "sequence": 1,
        "source_type": "file",
        "source_url": None,
        "filename": "day1.pdf",
        "status": "failed",
        "stage": None,
        "progress_message": None,
        "result_code": None,
        "error_code": "TIMEOUT",
        "error_message": "The site took too long to answer.",
        "retry_count": 3,
        "cached": False,
        "created_at": MOMENT,
        "started_at": MOMENT,
        "completed_at": MOMENT,
    }
    return {
        "id": BATCH,
        "swimmer_name": NAME,
        "status": "failed",
        "total_pdfs": 1,
        "completed_pdfs": 0,
        "failed_pdfs": 1,
        "created_at": MOMENT,
        "started_at": MOMENT,
        "completed_at": MOMENT,
        "expires_at": MOMENT,
        "last_event_id": 9,
        "jobs": [job],
    }


def test_a_key_comes_from_the_environment_or_a_file_and_never_from_the_command_line(
    gateway: ScriptedGateway, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "key"
    file.write_text("hs_of_a_file\n")
    gateway.says(f"POST {BATCH_PATH}/cancel", ORDERED, 202)
    assert run(gateway, "cancel", BATCH).exit_code == 0
    monkeypatch.setenv("HEATSTREAM_KEY", "hs_of_the_environment")
    assert run(gateway, "cancel", BATCH).exit_code == 0
    assert run(gateway, "cancel", BATCH, "--key-file", str(file)).exit_code == 0
    shown = [headers.get("authorization") for _, headers, _ in gateway.asked]
    assert shown == [None, "Bearer hs_of_the_environment", "Bearer hs_of_a_file"]
    assert run(gateway, "cancel", BATCH, "--key", "hs_x").exit_code == 2


@pytest.mark.parametrize("content", ["", " \n", "two words", "sch\u00fcssel"])
def test_a_file_without_a_key_is_told_so_without_what_it_has(
    gateway: ScriptedGateway, tmp_path: Path, content: str
) -> None:
    file = tmp_path / "key"
    file.write_text(content)
    done = run(gateway, "cancel", BATCH, "--key-file", str(file))
    assert (done.exit_code, gateway.asked) == (2, [])
    assert "has no key: it is one word" in done.stderr
    assert "words" not in done.stderr


@pytest.mark.parametrize(
    ("command", "told"), [("cancel", "cancelled"), ("retry", "tried again"), ("expire", "forgotten")]
)
def test_an_order_is_sent_and_told(gateway: ScriptedGateway, command: str, told: str) -> None:
    gateway.says(f"POST {BATCH_PATH}/{command}", ORDERED, 202)
    sure = ["--yes"] if command == "expire" else []
    said = run(gateway, command, BATCH, *sure)
    assert (said.exit_code, said.stdout) == (0, f"batch {BATCH} is being {told}\n")
    assert json.loads(run(gateway, command, BATCH, *sure, "--json").stdout) == ORDERED


@pytest.mark.parametrize("named", ["1", JOB])
def test_one_sheet_is_tried_again_by_its_place_or_its_id(gateway: ScriptedGateway, named: str) -> None:
    gateway.says(f"GET {BATCH_PATH}", batch())
    gateway.says(f"POST {BATCH_PATH}/retry", ORDERED, 202)
    assert run(gateway, "retry", BATCH, "--job", named).exit_code == 0
    assert json.loads(gateway.asked[-1][2]) == {"job_ids": [JOB]}


@pytest.mark.parametrize(("named", "why"), [("7", "there is no number 7"), ("day1.pdf", "'day1.pdf' is neither")])
def test_a_sheet_that_is_not_there_is_told(gateway: ScriptedGateway, named: str, why: str) -> None:
    gateway.says(f"GET {BATCH_PATH}", batch())
    said = run(gateway, "retry", BATCH, "--job", named)
    assert said.exit_code == 2
    assert why in said.stderr


def test_a_refusal_says_why(gateway: ScriptedGateway) -> None:
    problem = {"type": "/problems/batch-over", "title": "The batch is over", "status": 409, "detail": "it is completed"}
    gateway.says(f"POST {BATCH_PATH}/cancel", problem, 409)
    said = run(gateway, "cancel", BATCH)
    assert (said.exit_code, said.stderr) == (2, "heatstream: The batch is over: it is completed\n")


def test_forgetting_is_asked_about(gateway: ScriptedGateway) -> None:
    said = run(gateway, "expire", BATCH, typed="n\n")
    assert said.exit_code == 1
    assert gateway.asked == []
