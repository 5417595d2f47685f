from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """A folder for a stack that goes with the test: PostgreSQL's user can pass to it, so its data stays inside."""
    for closed in (tmp_path, tmp_path.parent, tmp_path.parent.parent):
        closed.chmod(0o711)
    return tmp_path
