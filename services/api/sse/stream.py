from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import structlog

from schema.errors import Rejected, Transient
from services.api.problems import needing
from services.api.sse.feed import News
from services.api.sse.frames import BEAT, greeting, identified
from services.api.sse.hub import nothing
from services.api.sse.pulse import Pulse

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Mapping

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


class EventStream:
    """The events of batches after a cursor for each, as they happen, each once, until all of the batches are over.

    `cursors` goes by the text of the batches' ids, in the order in which the `id:` of an event has them.
    An ASGI answer of its own: the bytes of a frame are shared by all streams, and what is there leaves in one write.
    What comes after the greeting is left to the guard, outside of all layers: each would cost an open stream memory,
    and each of its writes time.
    """

    __slots__ = ("_beat_seconds", "_cursors", "_first", "_going", "_hub", "_is_open", "_live", "_log", "_missed")

    def __init__(self, hub: Hub, source: Log, cursors: Mapping[str, int], *, beat_seconds: float) -> None:
        self._hub, self._log, self._cursors, self._beat_seconds = hub, source, dict(cursors), beat_seconds
        #: The batches that are not over, as far as they were told.
        self._going = set[str]()
        self._is_open = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - ASGI's signature
        """Open it, or refuse. Raises Rejected and Unavailable."""
        self._live = self._hub.join(self._cursors)
        scope["state"]["rest"] = self
        self._missed = self._replay(await self._look())
        with needing("database-unavailable"):
            self._first = await anext(self._missed, None)
        is_over = self._first is None and not self._going
        if is_over or scope["method"] == "HEAD":
            status, headers = (204, _UNKEPT) if is_over else (200, _HEADERS)
            await send({"type": "http.response.start", "status": status, "headers": headers})
            await send({"type": "http.response.body", "body": b""})
            return
        await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
        self._is_open = True
        hello = greeting(random.randint(*RETRY_MILLISECONDS))  # noqa: S311 - jitter
        await _write(send, hello)

    async def go_on(self, receive: Receive, send: Send) -> None:
        if not self._is_open:
            return
        leaving = asyncio.create_task(_left(receive, self._live), name="stream leaves")
        clock = asyncio.get_running_loop().time
        try:
            async with asyncio.timeout(None) as patience:
                self._live.hurry = lambda: None if patience.expired() else patience.reschedule(clock() + HURRY_SECONDS)
                if self._live.cut:
                    self._live.hurry()
                if self._first is not None:
                    await _write(send, self._first)
                    self._first = None
                async for wire in self._missed:
                    await _write(send, wire)
                if self._going:
                    await self._go_live(send, self._live)
                await send({"type": "http.response.body", "body": b"", "more_body": False})
        except TimeoutError:
            log.info("stream.cut_off")  # stuck in a write: the client reads too slowly, and comes back with its cursor
        except Transient as away:
            log.warning("stream.broken_off", error=str(away))
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            self._live.hurry = nothing
            leaving.cancel()
            await self._missed.aclose()

    def leave(self) -> None:
        self._hub.leave(self._live, self._cursors)

    async def _look(self) -> dict[str, int]:
        """Up to where the log of each joined batch must be read. Raises Rejected: of several it names the one."""
        missed_to = dict[str, int]()
        for batch_id, cursor in self._cursors.items():
            try:
                missed_to[batch_id] = await self._anchor(batch_id, cursor)
            except Rejected as refused:
                if len(self._cursors) == 1:
                    raise
                sentence, field = f"batch {batch_id}: {refused.sentence}", ("batch", f"{batch_id} is refused")
                raise Rejected(refused.slug, sentence, (field,)) from None
        return missed_to

    async def _anchor(self, batch_id: str, cursor: int) -> int:
        head = await self._log.head(batch_id)
        if cursor > head.event_id:
            raise Rejected(
                "cursor-ahead",
                f"event {cursor} is not there yet, the last one is {head.event_id}; start again without a cursor",
            )
        if not head.over:
            self._going.add(batch_id)
        return self._hub.anchor(batch_id, head.event_id)

    async def _replay(self, ends: Mapping[str, int]) -> AsyncGenerator[bytes, None]:
        """The frames after each batch's cursor up to its end at least, a page at a time; the cursor follows."""
        for batch_id, end in ends.items():
            after = self._cursors[batch_id]
            while after < end:
                rows = (await self._log.news({batch_id: after})).get(batch_id, [])
                if not rows:
                    break  # erased since
                after = rows[-1].event_id
                frames = [placed.frame for placed in rows if placed.frame is not None]
                if wire := self._fresh(frames):
                    yield wire

    async def _go_live(self, send: Send, live: Subscription) -> None:
        with Pulse(live, self._beat_seconds) as pulse:
            while self._going and not live.cut:
                frames = await live.take()
                if wire := self._fresh(frames) if frames or live.cut else BEAT:
                    await _write(send, wire)
                    pulse.spoke()

    def _fresh(self, frames: list[Frame]) -> bytes:
        """The bytes of those frames that were not told yet; the cursors move past them."""
        told = list[bytes]()
        for frame in frames:
            if frame.event_id <= self._cursors[frame.batch_id]:
                continue
            self._cursors[frame.batch_id] = frame.event_id
            if frame.over is not None:
                (self._going.discard if frame.over else self._going.add)(frame.batch_id)
            if frame.wire:
                told += identified(self._cursors.values()), frame.wire
        return b"".join(told)


async def _write(send: Send, wire: bytes) -> None:
    await send({"type": "http.response.body", "body": wire, "more_body": True})


async def _left(receive: Receive, live: Subscription) -> None:
    """End the subscription when its client leaves; writes to it would be silently ignored."""
    while (await receive())["type"] != "http.disconnect":
        pass
    live.end()
