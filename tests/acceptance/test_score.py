"""The reader against hand-checked sheets that are not part of the repo: their swimmers are real.

`HEATSTREAM_SHEETS` names a folder with `score.py`, `sheets/`, `rows/` and `swimmers.json`. Only figures are shown here.
"""

from __future__ import annotations

import asyncio
import os
import re
import sys
from pathlib import Path

import pytest

SHEETS = os.environ.get("HEATSTREAM_SHEETS")
SUMMARY = re.compile(
    r"all rows (?P<rows>\d+): recall (?P<recall>[\d.]+) precision (?P<precision>[\d.]+); "
    r"swimmers exactly right (?P<right>\d+)/(?P<people>\d+)"
)

pytestmark = pytest.mark.skipif(SHEETS is None, reason="HEATSTREAM_SHEETS names no folder of hand-checked sheets")


async def test_the_hytek_family_is_read_almost_without_a_fault() -> None:
    command = f"{Path(sys.executable).with_name('heatstream')} extract"
    scorer = await asyncio.create_subprocess_exec(
        sys.executable,
        str(Path(SHEETS or "") / "score.py"),
        *("--only", "hytek", "--command", command),
        stdout=asyncio.subprocess.PIPE,
    )
    output, _ = await scorer.communicate()

    summary = SUMMARY.search(output.decode())
    assert summary is not None
    assert int(summary["rows"]) > 0
    assert float(summary["recall"]) >= 0.999
    assert float(summary["precision"]) >= 0.999
    assert summary["right"] == summary["people"]
