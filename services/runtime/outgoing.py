from __future__ import annotations

from typing import TYPE_CHECKING

from aio_pika.exceptions import ChannelInvalidStateError
from aiormq.abc import ChannelFrame
from pamqp import commands as amqp
from pamqp.body import ContentBody
from pamqp.frame import marshal
from pamqp.header import ContentHeader

from services.runtime.clock import new_id

if TYPE_CHECKING:
    import asyncio

    from aiormq import Channel

CONFIRM_SECONDS = 10.0


class Outgoing:
    """What a channel with confirms publishes: all that one turn of the loop brings is one write to the socket.

    aiormq's own `basic_publish` writes each message by itself, and holds the next one back until that is done. Here is
    its bookkeeping and nothing else of it: nobody else may publish on the channel, and how much is under way is the
    caller's to bound. One clock serves all that waits for a confirm, for at most `confirm_seconds`.
    """

    def __init__(self, channel: Channel, *, confirm_seconds: float = CONFIRM_SECONDS) -> None:
        self._channel, self._confirm_seconds = channel, confirm_seconds
        self._gathered: list[bytes] = []
        #: And when each is overdue, the earliest first.
        self._unconfirmed: dict[asyncio.Future[object], float] = {}
        self._clock: asyncio.TimerHandle | None = None
        channel.closing.add_done_callback(self._lost)
        self._methods: dict[tuple[str, str, bool], bytes] = {}

    def publish(
        self, exchange: str, routing_key: str, body: bytes, properties: amqp.Basic.Properties, *, mandatory: bool
    ) -> asyncio.Future[object]:
        """What the broker confirms by; it raises as `basic_publish` does, and TimeoutError where nothing comes.

        Raises ChannelInvalidStateError.
        """
        channel = self._channel
        if channel.is_closed:
            raise ChannelInvalidStateError(f"{channel!r} is closed")
        # A message that comes back is known by its id.
        properties.message_id = message_id = properties.message_id or str(new_id())
        method = self._methods.get((exchange, routing_key, mandatory))
        if method is None:
            frame = amqp.Basic.Publish(exchange=exchange, routing_key=routing_key, mandatory=mandatory)
            method = self._methods[exchange, routing_key, mandatory] = marshal(frame, channel.number)
        if not self._gathered:
            channel.loop.call_soon(self._write)
        self._gathered += (method, marshal(ContentHeader(properties=properties, body_size=len(body)), channel.number))
        most = channel.max_content_size
        self._gathered += (
            marshal(ContentBody(body[at : at + most]), channel.number) for at in range(0, len(body), most)
        )
        channel.delivery_tag = tag = channel.delivery_tag + 1
        # A future of the channel's own is kept in two of its sets, and taken out by three callbacks.
        confirmation: asyncio.Future[object] = channel.loop.create_future()
        overdue = self._unconfirmed[confirmation] = channel.loop.time() + self._confirm_seconds
        if self._clock is None:
            self._clock = channel.loop.call_at(overdue, self._look)
        channel.confirmations[tag] = confirmation
        tags = channel.message_id_delivery_tag
        tags[message_id] = tag

        def forget(_: asyncio.Future[object]) -> None:
            self._unconfirmed.pop(confirmation, None)
            if tags.get(message_id) == tag:  # and not of the same message, sent again meanwhile
                del tags[message_id]

        confirmation.add_done_callback(forget)
        return confirmation

    def _look(self) -> None:
        """Give up on what is overdue, and look again when the next one is."""
        now, self._clock = self._channel.loop.time(), None
        for confirmation, overdue in self._unconfirmed.items():
            if overdue > now:
                self._clock = self._channel.loop.call_at(overdue, self._look)
                break
            if not confirmation.done():
                confirmation.set_exception(TimeoutError(f"no confirm within {self._confirm_seconds:g} s"))

    def _lost(self, _: asyncio.Future[object]) -> None:
        """The channel is closed: no confirm comes any more."""
        for confirmation in self._unconfirmed:
            if not confirmation.done():
                confirmation.set_exception(ChannelInvalidStateError("the channel closed before the confirm"))

    def _write(self) -> None:
        channel = self._channel
        if channel.is_closed:
            return
        if channel.write_queue.full():  # its other end takes all that is there in one turn
            channel.loop.call_soon(self._write)
            return
        payload, self._gathered = b"".join(self._gathered), []
        channel.write_queue.put_nowait(ChannelFrame(payload, should_close=False))
