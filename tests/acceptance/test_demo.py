"""The demo, as a person runs it: a process of its own, ended, with nothing left behind."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.acceptance.leftovers import left_running, marked

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.timeout(240)
def test_the_demo_finds_the_swims_writes_the_calendar_and_leaves_nothing_running(state: Path) -> None:
    environment, mark = marked()
    command = [sys.executable, "-m", "services.cli", "demo", "--json", "--state", str(state)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=200)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert [sheet["source"] for sheet in told["results"]["results"]] == [
        "summer-invitational.pdf",
        "county-championships.pdf",
        "sprint-night.pdf",
    ]
    assert all(sheet["swims"] for sheet in told["results"]["results"])
    calendar = (state / "demo.ics").read_text()
    assert told["calendar"] == str(state / "demo.ics")
    assert calendar.startswith("BEGIN:VCALENDAR")
    assert calendar.count("BEGIN:VEVENT") >= len(told["results"]["results"])
    for batch in ("first_batch", "running_stack"):
        figures = told["figures"][batch]
        assert 0 < figures["first_event_ms"] < figures["submit_to_completed_ms"]
        assert figures["from_cache"] == 0
    assert left_running(mark, state) == []
