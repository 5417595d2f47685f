from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING

from services.api.problems import Unavailable

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

#: How long an upload waits for its turn, unread: its sender's line simply stands still.
WAIT_SECONDS = 15


class Turns:
    """Uploads that are taken in at a time, since each holds a piece of its PDF in memory.

    One address has at most half of the turns, so that nobody alone keeps all the others out.
    """

    def __init__(self, at_once: int) -> None:
        self._turns, self._share = asyncio.Semaphore(at_once), max(1, at_once // 2)
        self._shares: dict[str, asyncio.Semaphore] = {}
        self._asking = Counter[str]()

    @asynccontextmanager
    async def turn(self, who: str) -> AsyncIterator[None]:
        """Wait for a turn, and have it for the block. Raises Unavailable where none comes."""
        share = self._shares.setdefault(who, asyncio.Semaphore(self._share))
        self._asking[who] += 1
        try:
            async with AsyncExitStack() as held:
                try:
                    async with asyncio.timeout(WAIT_SECONDS):
                        await held.enter_async_context(share)
                        await held.enter_async_context(self._turns)
                except TimeoutError:
                    raise Unavailable("uploads-busy") from None
                yield
        finally:
            self._asking[who] -= 1
            if not self._asking[who]:
                del self._asking[who], self._shares[who]
