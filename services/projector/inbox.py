from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING, Any, NamedTuple

from services.projector.intake import read

if TYPE_CHECKING:
    from services.projector.record import Arrival, SetAside

#: A micro-batch ends at so many events. Half as many cost PostgreSQL a fifth more, for jobs that move twice are written
#: twice; twice as many gain nothing.
MOST_EVENTS = 2000
#: So many events are read at a time; between them the transaction under way goes on.
READ_AT_A_TIME = 50

Gathered = list["Arrival | SetAside"]


class MicroBatch(NamedTuple):
    """What is written in one transaction, and the delivery tag that acknowledges all of it."""

    tag: int
    gathered: Gathered


class Inbox:
    """Messages as the broker delivered them, until a micro-batch takes them."""

    def __init__(self) -> None:
        self._messages: deque[tuple[int, bytes]] = deque()
        self._news = asyncio.Event()
        self.closed = False

    def put(self, tag: int, body: bytes) -> None:
        self._messages.append((tag, body))
        self._news.set()

    def close(self) -> None:
        """Let who gathers come away; what was not written is the broker's to give again."""
        self.closed = True
        self._news.set()

    async def gather(self, writing: asyncio.Task[Any] | None) -> MicroBatch:
        """What arrives while `writing` is under way, and at least what is there; until it is full.

        Nothing, when `writing` is over and nothing has arrived, or when the inbox is closed.
        """
        if writing is not None:
            writing.add_done_callback(self._wake)
        tag, gathered, rested = 0, Gathered(), 0
        while len(gathered) < MOST_EVENTS and not self.closed:
            if self._messages:
                tag, body = self._messages.popleft()
                gathered.extend(read(body))
                if len(gathered) - rested >= READ_AT_A_TIME:
                    rested = len(gathered)
                    await asyncio.sleep(0)
            elif writing.done() if writing else gathered:
                break
            else:
                self._news.clear()
                await self._news.wait()
        return MicroBatch(tag, gathered)

    def _wake(self, _: asyncio.Task[Any]) -> None:
        self._news.set()
