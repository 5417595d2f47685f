from __future__ import annotations

import asyncio
import contextlib
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from ssl import SSLContext


class Line:
    """A TCP proxy before a server: the line that a test can cut, and mend."""

    def __init__(self, url: str) -> None:
        self._parts = urlsplit(url)
        self._open: set[asyncio.StreamWriter] = set()
        self._mended, self._flowing = asyncio.Event(), asyncio.Event()
        self.mend()

    @property
    def url(self) -> str:
        """The server's address, through the line."""
        login, _, _ = self._parts.netloc.rpartition("@")
        netloc = f"{login}@127.0.0.1:{self._port}" if login else f"127.0.0.1:{self._port}"
        return urlunsplit(self._parts._replace(netloc=netloc))

    def cut(self) -> None:
        """Drop every connection at once, and refuse new ones until `mend`."""
        self._mended.clear()
        for writer in self._open:
            writer.transport.abort()
        self._open.clear()

    def stall(self) -> None:
        """Take everything, and carry nothing on until `mend`."""
        self._flowing.clear()

    def mend(self) -> None:
        self._mended.set()
        self._flowing.set()

    @asynccontextmanager
    async def laid(self, *, encrypted: SSLContext | None = None) -> AsyncIterator[Line]:
        """Open; the end that the test is at speaks TLS where there is a context for it."""
        server = await asyncio.start_server(self._carry, "127.0.0.1", 0, ssl=encrypted)
        self._port = server.sockets[0].getsockname()[1]
        async with server:
            yield self
            self.cut()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not self._mended.is_set():
            writer.transport.abort()
            return
        far_reader, far_writer = await asyncio.open_connection(self._parts.hostname, self._parts.port)
        self._open |= {writer, far_writer}
        await asyncio.gather(self._pump(reader, far_writer), self._pump(far_reader, writer))

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(1 << 16):
                await self._flowing.wait()
                writer.write(data)
                await writer.drain()
        writer.transport.abort()
