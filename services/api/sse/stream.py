from __future__ import annotations

import asyncio
import random
from contextlib import aclosing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import structlog
from starlette.responses import Response

from schema.errors import Rejected, Transient
from services.api.problems import needing
from services.api.sse.feed import News
from services.api.sse.frames import BEAT, greeting
from services.api.sse.hub import nothing

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator

    from starlette.types import Receive, Scope, Send

    from services.api.sse.frames import Frame
    from services.api.sse.hub import Hub, Subscription

log = structlog.get_logger()
#: Clients that lost their line together come back spread over this time.
RETRY_MILLISECONDS = (1000, 4000)
#: How long a write may take to finish once its stream is to end.
HURRY_SECONDS = 0.3
_UNKEPT = [(b"cache-control", b"no-store")]
_HEADERS = [
    *_UNKEPT,
    (b"vary", b"accept"),
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"x-accel-buffering", b"no"),
]


@dataclass(frozen=True, slots=True)
class Head:
    """How far a batch's log goes, and whether the batch is over there."""

    event_id: int
    over: bool


class Log(News, Protocol):
    async def head(self, batch_id: str) -> Head:
        """Where the log of a batch ends now. Raises Rejected for a batch that nobody knows, or Unavailable."""


class EventStream(Response):
    """The events of one batch after `cursor`, as they happen, each once, until the batch is over.

    An ASGI answer of its own: the bytes of a frame are shared by all streams, and what is there leaves in one write.
    """

    def __init__(self, hub: Hub, source: Log, batch_id: str, cursor: int, *, beat_seconds: float) -> None:
        super().__init__(status_code=200)
        self._hub, self._log, self._batch_id, self._cursor = hub, source, batch_id, cursor
        self._beat_seconds, self._told_last = beat_seconds, False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - ASGI's signature
        with self._hub.join(self._batch_id) as live:
            head = await self._log.head(self._batch_id)
            missed_to = self._hub.anchor(self._batch_id, head.event_id)
            if self._cursor > head.event_id:
                raise Rejected(
                    "cursor-ahead",
                    f"event {self._cursor} is not there yet, the last one is {head.event_id};"
                    " start again without a cursor",
                )
            async with aclosing(self._replay(missed_to)) as missed:
                with needing("database-unavailable"):
                    first = await anext(missed, None)
                if head.over and first is None:
                    await send({"type": "http.response.start", "status": 204, "headers": _UNKEPT})
                    await send({"type": "http.response.body", "body": b""})
                    return
                await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
                leaving = asyncio.create_task(_left(receive, live), name="stream leaves")
                try:
                    await self._tell(send, live, first, missed, over=head.over)
                finally:
                    leaving.cancel()

    async def _tell(
        self, send: Send, live: Subscription, first: bytes | None, missed: AsyncIterator[bytes], *, over: bool
    ) -> None:
        clock = asyncio.get_running_loop().time
        try:
            async with asyncio.timeout(None) as patience:
                live.hurry = lambda: None if patience.expired() else patience.reschedule(clock() + HURRY_SECONDS)
                hello = greeting(random.randint(*RETRY_MILLISECONDS))  # noqa: S311 - jitter
                await _write(send, hello + (first or b""))
                async for wire in missed:
                    await _write(send, wire)
                if not (over or self._told_last):
                    await self._go_live(send, live)
                await send({"type": "http.response.body", "body": b"", "more_body": False})
        except TimeoutError:
            log.info("stream.cut_off")  # stuck in a write: the client reads too slowly, and comes back with its cursor
        except Transient as away:
            log.warning("stream.broken_off", error=str(away))
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            live.hurry = nothing

    async def _replay(self, end: int) -> AsyncGenerator[bytes, None]:
        """The frames after the cursor up to `end` at least, a page at a time; the cursor follows."""
        after = self._cursor
        while after < end:
            rows = (await self._log.news({self._batch_id: after})).get(self._batch_id, [])
            if not rows:
                return  # erased since
            after = rows[-1].event_id
            frames = [placed.frame for placed in rows if placed.frame is not None]
            if wire := self._fresh(frames):
                yield wire

    async def _go_live(self, send: Send, live: Subscription) -> None:
        while not live.cut:
            try:
                async with asyncio.timeout(self._beat_seconds):
                    frames = await live.take()
            except TimeoutError:
                await _write(send, BEAT)
                continue
            if wire := self._fresh(frames):
                await _write(send, wire)
            if self._told_last:
                return

    def _fresh(self, frames: list[Frame]) -> bytes:
        """The bytes of those frames that were not told yet; the cursor moves past them."""
        fresh = [frame for frame in frames if frame.event_id > self._cursor]
        if fresh:
            self._cursor, self._told_last = fresh[-1].event_id, fresh[-1].last
        return b"".join([frame.wire for frame in fresh])


async def _write(send: Send, wire: bytes) -> None:
    await send({"type": "http.response.body", "body": wire, "more_body": True})


async def _left(receive: Receive, live: Subscription) -> None:
    """End the subscription when its client leaves; writes to it would be silently ignored."""
    while (await receive())["type"] != "http.disconnect":
        pass
    live.end()
