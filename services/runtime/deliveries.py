"""Messages taken from what the broker sends before aiormq makes three frames, two queues' items and a task of each."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from struct import Struct
from typing import TYPE_CHECKING, Any

from aiormq.connection import TransportFactory

if TYPE_CHECKING:
    from aiormq.abc import AbstractChannel, DeliveredMessage
    from yarl import URL

#: Gets the delivery tag of a message, and its body.
Take = Callable[[int, bytes], None]

#: A frame: its kind, channel and size; then its payload and an octet that ends it.
_FRAME = Struct(">BHI")
_METHOD, _BODY = 1, 3
_DELIVER = b"\x00\x3c\x00\x3c"  # class basic, method deliver; a tag of the consumer follows, and that of the delivery
_LONG = Struct(">Q")
_BODY_SIZE_AT = 4  # in the payload of a header, behind a class and a weight
#: aiormq ends a connection on which it hears nothing; so it hears of what was taken.
_HEARTBEAT = b"\x08\x00\x00\x00\x00\x00\x00\xce"


class Deliveries(TransportFactory):
    """How a connection reaches the broker, with a way out for messages: `consume` gives them to a plain function.

    It is called for one message after the other, as they arrive, and must neither wait nor fail.
    """

    def __init__(self) -> None:
        self._takes: dict[int, Take] = {}

    async def consume(self, channel: AbstractChannel, queue: str, take: Take) -> None:
        """Consume with this channel, for nothing else; acknowledge with it."""
        self._takes[channel.number] = take
        await channel.basic_consume(queue, _nothing_left)

    async def create(
        self,
        url: URL,
        **kwargs: Any,  # noqa: ANN401 - as the class above has them
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """As `asyncio.open_connection`."""
        encrypted = kwargs.pop("ssl_context_provider")
        loop = asyncio.get_running_loop()
        reader = _Sifted(self._takes)
        protocol = asyncio.StreamReaderProtocol(reader)
        transport, _ = await loop.create_connection(
            lambda: protocol,
            host=str(url.host),
            port=int(url.port or 0),
            ssl=await encrypted.get_context() if url.scheme == "amqps" else None,
            **kwargs,
        )
        return reader, asyncio.StreamWriter(transport, protocol, reader, loop)


async def _nothing_left(message: DeliveredMessage) -> None:
    raise RuntimeError(f"delivery {message.delivery_tag} was not taken on its way")


class _Sifted(asyncio.StreamReader):
    """What is left of the broker's bytes without the messages that are taken; it ends between two frames."""

    def __init__(self, takes: dict[int, Take]) -> None:
        super().__init__()
        self._takes = takes
        self._rest = b""
        self._under_way: dict[int, _Message] = {}

    def feed_data(self, data: bytes) -> None:  # type: ignore[override]  # what transports give is bytes
        data = self._rest + data if self._rest else data
        at, kept, took = 0, 0, False
        left: list[bytes] = []
        while len(data) - at >= _FRAME.size:
            kind, channel, size = _FRAME.unpack_from(data, at)
            end = at + _FRAME.size + size + 1
            if end > len(data):
                break
            if channel in self._takes and self._taken(kind, channel, data, at + _FRAME.size, end - 1):
                left.append(data[kept:at])
                kept, took = end, True
            at = end
        left.append(data[kept:at])
        self._rest = data[at:]
        super().feed_data(b"".join(left) + _HEARTBEAT if took else left[0])

    def feed_eof(self) -> None:
        if self._rest:  # a frame that was cut off, or no frame at all: aiormq says what it is
            super().feed_data(self._rest)
            self._rest = b""
        super().feed_eof()

    def _taken(self, kind: int, channel: int, data: bytes, start: int, end: int) -> bool:
        """Whether a frame is part of a message: a method that says so, a header with the body's size, and bodies."""
        message = self._under_way.get(channel)
        if kind == _METHOD:
            if data[start : start + 4] != _DELIVER:
                return False
            (tag,) = _LONG.unpack_from(data, start + 5 + data[start + 4])
            self._under_way[channel] = _Message(tag)
            return True
        if message is None:
            return False
        if kind == _BODY:
            message.parts.append(data[start:end])
            message.missing -= end - start
        else:
            (message.missing,) = _LONG.unpack_from(data, start + _BODY_SIZE_AT)
        if not message.missing:
            del self._under_way[channel]
            self._takes[channel](message.tag, b"".join(message.parts))
        return True


class _Message:
    """A message whose header or body has not arrived whole."""

    __slots__ = "missing", "parts", "tag"

    def __init__(self, tag: int) -> None:
        self.tag, self.missing = tag, 0
        self.parts: list[bytes] = []
