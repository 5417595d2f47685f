from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from services.api.sse.hub import Subscription


class Pulse:
    """Nudges a stream that has said nothing for `seconds`, so that it beats.

    It looks by a timer of its own: one set anew for each event would cost as much as the event.
    """

    __slots__ = ("_live", "_loop", "_seconds", "_spoke_at", "_timer")

    def __init__(self, live: Subscription, seconds: float) -> None:
        self._live, self._seconds, self._loop = live, seconds, asyncio.get_running_loop()

    def __enter__(self) -> Self:
        self.spoke()
        self._timer = self._loop.call_later(self._seconds, self._look)
        return self

    def __exit__(self, *exc: object) -> None:
        self._timer.cancel()

    def spoke(self) -> None:
        self._spoke_at = self._loop.time()

    def _look(self) -> None:
        now, due = self._loop.time(), self._spoke_at + self._seconds
        if now >= due:
            self._live.nudge()
            due = now + self._seconds
        self._timer = self._loop.call_at(due, self._look)
