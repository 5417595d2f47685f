from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from uuid import UUID


class Lately:
    """What was seen to within the last `seconds`, so that no round does again what has not shown yet.

    Of this process only: after a change of janitors it is done once more, which is harmless.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._seen: dict[UUID, float] = {}

    def add(self, thing: UUID) -> None:
        self._seen.pop(thing, None)
        self._seen[thing] = time.monotonic()

    def all(self) -> list[UUID]:
        """Those that still count, the longest ago first; the others are forgotten."""
        since = time.monotonic() - self._seconds
        self._seen = {thing: at for thing, at in self._seen.items() if at >= since}
        return list(self._seen)
