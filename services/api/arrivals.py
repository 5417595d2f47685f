from __future__ import annotations

import asyncio
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


class Arrivals:
    """Who waits for a batch to appear in the tables; woken by the same NOTIFY as the streams."""

    def __init__(self) -> None:
        self._waiting: dict[str, set[asyncio.Event]] = {}

    @contextmanager
    def expect(self, batch_id: str) -> Iterator[asyncio.Event]:
        """An event that is set at each wake-up that may be this batch's."""
        arrived = asyncio.Event()
        waiting = self._waiting.setdefault(batch_id, set())
        waiting.add(arrived)
        try:
            yield arrived
        finally:
            waiting.discard(arrived)
            if not waiting:
                self._waiting.pop(batch_id, None)

    def stir(self, batch_ids: frozenset[str]) -> None:
        """These batches have news; none named: any may have."""
        for batch_id in self._waiting.keys() & batch_ids if batch_ids else self._waiting.keys():
            for arrived in self._waiting[batch_id]:
                arrived.set()
