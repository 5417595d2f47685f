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


class Outgoing:
    """What a channel with confirms publishes: all that one turn of the loop brings is one write to the socket.

    aiormq's own `basic_publish` writes each message by itself, and holds the next one back until that is done. Here is
    its bookkeeping and nothing else of it: nobody else may publish on the channel, and how much is under way is the
    caller's to bound.
    """

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._gathered: list[bytes] = []
        self._unconfirmed: set[asyncio.Future[object]] = set()
        channel.closing.add_done_callback(self._lost)
        self._methods: dict[tuple[str, str, bool], bytes] = {}

    def publish(
        self, exchange: str, routing_key: str, body: bytes, properties: amqp.Basic.Properties, *, mandatory: bool
    ) -> asyncio.Future[object]:
        """What the broker confirms by; it raises as `basic_publish` does. Raises ChannelInvalidStateError."""
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
        self._unconfirmed.add(confirmation)
        channel.confirmations[tag] = confirmation
        tags = channel.message_id_delivery_tag
        tags[message_id] = tag

        def forget(_: asyncio.Future[object]) -> None:
            self._unconfirmed.discard(confirmation)
            if tags.get(message_id) == tag:  # and not of the same message, sent again meanwhile
                del tags[message_id]

        confirmation.add_done_callback(forget)
        return confirmation

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
