from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from services.api.problems import Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from services.api.sse.frames import Frame, Placed


def nothing() -> None:
    """No stream is in a write."""


class Subscription:
    """One open stream's share of the hub: what it has not taken yet, at most `limit` frames."""

    __slots__ = ("_buffer", "_limit", "_taker", "cut", "hurry")

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._buffer: list[Frame] = []
        #: Set where the stream waits: thousands of events with a queue of waiters each would be heavier.
        self._taker: asyncio.Future[None] | None = None
        #: True once no more frames will come: too slow, or the hub is closed.
        self.cut = False
        #: Called when `cut` is set, by which time the stream may be stuck in a write.
        self.hurry: Callable[[], None] = nothing

    def offer(self, frames: list[Frame]) -> None:
        if self.cut:
            return
        if len(self._buffer) + len(frames) > self._limit:
            self.end()  # the log has it all, and the client comes back with its cursor
            return
        self._buffer.extend(frames)
        self.nudge()

    def end(self) -> None:
        if self.cut:
            return
        self.cut = True
        self._buffer.clear()
        self.nudge()
        self.hurry()

    def nudge(self) -> None:
        """Have `take` return, with nothing where nothing has come."""
        if self._taker is not None and not self._taker.done():
            self._taker.set_result(None)

    async def take(self) -> list[Frame]:
        """What has come since the last call, at least one frame; nothing when nudged, or once it is cut."""
        if not self._buffer and not self.cut:
            self._taker = asyncio.get_running_loop().create_future()
            await self._taker
        taken, self._buffer = self._buffer, []
        return taken


@dataclass(slots=True)
class _Topic:
    """One watched batch. `cursor` is the last event that was fanned out; None until a first stream has looked."""

    cursor: int | None = None
    subscriptions: set[Subscription] = field(default_factory=set)


class Hub:
    """Fans the new events of each watched batch out to its streams. Batches go by the text of their id.

    A stream joins first, then reads the log, then anchors the batch at the head that it read: what is committed later
    comes through the hub, and what comes both ways the stream drops by its event id. No hole is possible in between.
    """

    def __init__(self, buffer_frames: int) -> None:
        self._buffer_frames = buffer_frames
        self._topics: dict[str, _Topic] = {}
        self._due: set[str] = set()
        self._unsure: set[str] = set()
        self._stirred = asyncio.Event()
        self._closed = False

    def join(self, batch_ids: Iterable[str]) -> Subscription:
        """One place among the streams of each batch, until it leaves. Raises Unavailable once the hub is closed."""
        if self._closed:
            raise Unavailable("shutting-down")
        subscription = Subscription(self._buffer_frames)
        for batch_id in batch_ids:
            self._topics.setdefault(batch_id, _Topic()).subscriptions.add(subscription)
        return subscription

    def leave(self, subscription: Subscription, batch_ids: Iterable[str]) -> None:
        for batch_id in batch_ids:
            topic = self._topics[batch_id]
            topic.subscriptions.discard(subscription)
            if not topic.subscriptions:
                del self._topics[batch_id]

    def anchor(self, batch_id: str, head: int) -> int:
        """Say of a joined batch what its log held after the join; returns up to where the log must be read.

        That is `head`, or further where another stream was quicker and the hub has gone on from a later event.
        """
        topic = self._topics[batch_id]
        if topic.cursor is None:
            topic.cursor = head
            self.stir(frozenset({batch_id}))  # a wake-up between the read and this line was for nobody
        return max(head, topic.cursor)

    def stir(self, batch_ids: frozenset[str]) -> None:
        """These batches have news; none named: any may have."""
        if batch_ids:
            self._due |= self._topics.keys() & batch_ids
        else:
            self._unsure |= self._topics.keys()
        if self._due or self._unsure:
            self._stirred.set()

    async def stirred(self) -> None:
        """Return when a watched batch has news."""
        await self._stirred.wait()

    def take_due(self, most: int, most_unsure: int) -> dict[str, int]:
        """Watched batches with news, and some that may have any, each with the event after which to look."""
        taken = [self._due.pop() for _ in range(min(most, len(self._due)))]
        taken += [self._unsure.pop() for _ in range(min(most_unsure, len(self._unsure)))]
        if not (self._due or self._unsure):
            self._stirred.clear()
        topics = ((batch_id, self._topics.get(batch_id)) for batch_id in taken)
        return {batch_id: topic.cursor for batch_id, topic in topics if topic is not None and topic.cursor is not None}

    def publish(self, batch_id: str, news: Sequence[Placed]) -> None:
        """Fan out rows of the log, in order and without a gap; rows that were fanned out already are skipped."""
        topic = self._topics.get(batch_id)
        if topic is None or topic.cursor is None:
            return
        fresh = [placed for placed in news if placed.event_id > topic.cursor]
        if not fresh or fresh[0].event_id != topic.cursor + 1:
            return  # read for an earlier life of this topic; its own next look starts from its own cursor
        topic.cursor = fresh[-1].event_id
        if frames := [placed.frame for placed in fresh if placed.frame is not None]:
            for subscription in topic.subscriptions:
                subscription.offer(frames)

    def close(self) -> None:
        """End every stream now, and take no more; each client comes back with its cursor."""
        self._closed = True
        for topic in self._topics.values():
            for subscription in topic.subscriptions:
                subscription.end()
