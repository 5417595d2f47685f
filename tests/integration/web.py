from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

Page = bytes | Callable[[asyncio.StreamWriter], Awaitable[None]]


def response(body: bytes = b"", status: str = "200 OK", *, length: int | None = None, **headers: str) -> bytes:
    """One HTTP answer as bytes; `length` may lie, an underscore in a header's name is a dash."""
    fields = {"content-length": str(len(body) if length is None else length), **headers}
    head = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in fields.items())
    return f"HTTP/1.1 {status}\r\n{head}\r\n".encode() + body


class Web:
    """Pages by path, or by method and path, and what was asked for, as the lines of each request."""

    def __init__(self) -> None:
        self.port = 0
        self.pages: dict[str, Page] = {}
        self.requests: list[list[str]] = []
        self.over = asyncio.Event()

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    def url(self, path: str) -> str:
        return f"http://{self.host}{path}"

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            lines = (await reader.readuntil(b"\r\n\r\n")).decode().splitlines()
            self.requests.append(lines)
            method, path, _ = lines[0].split()
            page = self.pages.get(f"{method} {path}", self.pages.get(path, response(b"nothing here", "404 Not Found")))
            if isinstance(page, bytes):
                head, end, body = page.partition(b"\r\n\r\n")
                writer.write(head + end + (b"" if method == "HEAD" else body))
                await writer.drain()
            else:
                await page(writer)
        writer.close()

    async def endless(self, writer: asyncio.StreamWriter) -> None:
        """A PDF that never ends, as fast as it is taken."""
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n%PDF-1.7\n")
        while True:
            writer.write(b"x" * 65536)
            await writer.drain()

    async def silent(self, _: asyncio.StreamWriter) -> None:
        """No answer at all."""
        await self.over.wait()

    async def stuck(self, writer: asyncio.StreamWriter) -> None:
        """A PDF that begins, and then nothing."""
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n%PDF-1.7\n")
        await writer.drain()
        await self.over.wait()

    async def dripping(self, writer: asyncio.StreamWriter) -> None:
        """A byte every 20 ms: no single read is late, and yet it takes for ever."""
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n%PDF-1.7\n")
        while not self.over.is_set():
            writer.write(b"x")
            await writer.drain()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.over.wait(), 0.02)
