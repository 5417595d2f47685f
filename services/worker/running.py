from __future__ import annotations

import asyncio
from collections import OrderedDict
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from schema.errors import HeatstreamError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from uuid import UUID

#: Jobs of a stopped batch may come for a while still; by then the tables know as well.
REMEMBERED = 10_000


class Stopped(HeatstreamError):
    """The batch was cancelled or has expired: its work is not wanted any more."""


class Running:
    """The jobs that this worker works on, by batch, so that a stop reaches them in the middle of whatever they do."""

    def __init__(self) -> None:
        self._jobs: dict[UUID, set[asyncio.Timeout]] = {}
        self._stopped: OrderedDict[UUID, None] = OrderedDict()

    def stop(self, batch_id: UUID) -> None:
        """End the jobs of a batch that run here, and those that come."""
        self._stopped[batch_id] = None
        if len(self._stopped) > REMEMBERED:
            self._stopped.popitem(last=False)
        for work in self._jobs.get(batch_id, ()):
            if not work.expired():
                work.reschedule(asyncio.get_running_loop().time())

    def has_stopped(self, batch_id: UUID) -> bool:
        return batch_id in self._stopped

    @asynccontextmanager
    async def job(self, batch_id: UUID) -> AsyncIterator[None]:
        """Work on a job of this batch. Raises Stopped when the batch was stopped before, or is meanwhile."""
        if batch_id in self._stopped:
            raise Stopped
        work: asyncio.Timeout | None = None
        try:
            async with asyncio.timeout(None) as work:
                self._jobs.setdefault(batch_id, set()).add(work)
                try:
                    yield
                finally:
                    self._leave(batch_id, work)
        except TimeoutError:
            if work is not None and work.expired():
                raise Stopped from None
            raise

    def _leave(self, batch_id: UUID, work: asyncio.Timeout) -> None:
        self._jobs[batch_id].discard(work)
        if not self._jobs[batch_id]:
            del self._jobs[batch_id]
