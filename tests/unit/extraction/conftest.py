from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture
def fifo(tmp_path: Path) -> Path:
    """Where a child tells its process id."""
    path = tmp_path / "pid"
    os.mkfifo(path)
    return path
