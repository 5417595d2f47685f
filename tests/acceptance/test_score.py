"""The reader against hand-checked sheets that are not part of the repo: their swimmers are real.

`HEATSTREAM_SHEETS` names a folder with `score.py`, `sheets/`, `rows/` and `swimmers.json`. Only figures are shown here.
"""

from __future__ import annotations

import asyncio
import functools
import importlib.util
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from services.worker.extraction import Sandbox, find

if TYPE_CHECKING:
    from types import ModuleType

    from services.worker.extraction import KeptSheet

SHEETS = os.environ.get("HEATSTREAM_SHEETS")
SUMMARY = re.compile(
    r"all rows (?P<rows>\d+): recall (?P<recall>[\d.]+) precision (?P<precision>[\d.]+); "
    r"swimmers exactly right (?P<right>\d+)/(?P<people>\d+)"
)
FIELD = re.compile(r"\b(event|age|team|seed|start) ([\d.]+)")
#: How many entries of a kind were read, and how many there are: `relay:46/46`.
KIND = re.compile(r"\b[a-z]+:(\d+)/(\d+)")

pytestmark = pytest.mark.skipif(SHEETS is None, reason="HEATSTREAM_SHEETS names no folder of hand-checked sheets")


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # the scorer leaves files open
def test_every_family_is_read_almost_without_a_fault(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    scorer = _scorer(Path(SHEETS or "") / "score.py")
    monkeypatch.setattr(scorer, "run", _answer)
    monkeypatch.setattr("sys.argv", ["score.py"])

    scorer.main()

    told = capsys.readouterr().out
    summary = SUMMARY.search(told)
    assert summary is not None
    assert int(summary["rows"]) > 0
    assert float(summary["recall"]) >= 0.9997
    assert float(summary["precision"]) >= 0.9997
    assert summary["right"] == summary["people"]
    assert {figure for _, figure in FIELD.findall(told)} == {"1.000"}
    assert [counts for counts in KIND.findall(told) if counts[0] != counts[1]] == []


def _scorer(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("score", path)
    assert spec is not None
    assert spec.loader is not None
    scorer = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(scorer)
    return scorer


def _answer(_command: str, file: str, *arguments: str) -> dict[str, Any]:
    """What `heatstream extract FILE` prints for these arguments, without a new program for each swimmer."""
    kept = _read(file)
    answer = find(kept, arguments[1]) if arguments[0] == "--swimmer" else kept.sheet()
    return answer.model_dump(mode="json")


@functools.cache
def _read(file: str) -> KeptSheet:
    async def read() -> KeptSheet:
        async with Sandbox() as sandbox:
            return await sandbox.read(Path(file).read_bytes())  # noqa: ASYNC240 - nothing else runs

    return asyncio.run(read())
