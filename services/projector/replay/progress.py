from __future__ import annotations

from typing import Protocol


class Show(Protocol):
    """Shows how far a phase is: `folding` counts events (of about so many), the others steps of their own."""

    def __call__(self, phase: str, done: int, total: int) -> None: ...
