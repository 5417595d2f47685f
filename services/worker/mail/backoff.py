from __future__ import annotations

import random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST_PAUSE_SECONDS = 3600.0


def pauses(first_seconds: float) -> Iterator[float]:
    """How long to wait before each further try: twice as long each time, up to an hour, ±20 %."""
    pause = first_seconds
    while True:
        yield pause * random.uniform(0.8, 1.2)  # noqa: S311 - spreads load, guards nothing
        pause = min(pause * 2, LONGEST_PAUSE_SECONDS)
