from __future__ import annotations

import asyncio
import struct
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

#: AMQP 0-9-1: a frame is its type, channel and size, what it carries, and an octet that ends it.
HEAD, END_BYTES = struct.Struct(">BHI"), 1
METHOD = 1
PUBLISH, ACK = b"\x00\x3c\x00\x28", b"\x00\x3c\x00\x50"


class DyingBroker:
    """The real broker behind a line that breaks in the middle of what is published.

    Once `die_after` was called, so many more messages reach the broker and the others do not; the line is cut as soon
    as the first of them is confirmed, and carries again what comes later.
    """

    def __init__(self, url: str) -> None:
        self._parts = urlsplit(url)
        self._left: int | None = None

    @property
    def url(self) -> str:
        login = self._parts.netloc.rpartition("@")[0]
        return urlunsplit(self._parts._replace(netloc=f"{login}@127.0.0.1:{self._port}"))

    def die_after(self, messages: int) -> None:
        self._left = messages

    @asynccontextmanager
    async def reached(self) -> AsyncIterator[DyingBroker]:
        server = await asyncio.start_server(self._carry, "127.0.0.1", 0)
        self._port = server.sockets[0].getsockname()[1]
        async with server:
            yield self

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection(self._parts.hostname, self._parts.port)
        far_writer.write(await reader.readexactly(8))  # the protocol's own head is no frame
        try:
            await asyncio.gather(self._there(reader, far_writer), self._back(far_reader, writer))
        except (OSError, EOFError):
            for end in (writer, far_writer):
                end.transport.abort()

    async def _there(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        dropping = False
        while True:
            kind, frame = await _frame(reader)
            if self._left is not None and kind == METHOD and frame[HEAD.size :].startswith(PUBLISH):
                dropping = self._left == 0
                self._left = max(0, self._left - 1)
            if not dropping:
                writer.write(frame)

    async def _back(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            kind, frame = await _frame(reader)
            writer.write(frame)
            if self._left is not None and kind == METHOD and frame[HEAD.size :].startswith(ACK):
                self._left = None
                await writer.drain()
                writer.close()
                raise EOFError


async def _frame(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    """Raises EOFError at the end."""
    head = await reader.readexactly(HEAD.size)
    kind, _, size = HEAD.unpack(head)
    return kind, head + await reader.readexactly(size + END_BYTES)
