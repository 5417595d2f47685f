from __future__ import annotations

import asyncio
import socket
import struct
from collections import defaultdict
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING

from schema.states import ErrorCode

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

#: Of so many requests one fails, with each of `FAULTS` in turn.
ONE_IN = 5
FAULTS = (ErrorCode.RATE_LIMIT, ErrorCode.SERVICE_UNAVAILABLE, ErrorCode.NETWORK_ERROR, ErrorCode.TIMEOUT)
_RESET = struct.pack("ii", 1, 0)


class FaultySite:
    """A web server of PDFs that fails one request in five: 429 with Retry-After, 503, a reset, a stall.

    `answers` are, by path and in order, None for a whole PDF and else the code that a job may end with.
    """

    def __init__(self, sheet: Callable[[str], bytes | None]) -> None:
        self._sheet = sheet
        self._requests = 0
        self.port = 0
        self.answers: dict[str, list[ErrorCode | None]] = defaultdict(list)

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            path = (await reader.readuntil(b"\r\n\r\n")).split()[1].decode()
            self._requests += 1
            fault = FAULTS[self._requests // ONE_IN % len(FAULTS)] if self._requests % ONE_IN == 0 else None
            sheet = self._sheet(path)
            self.answers[path].append(fault or (ErrorCode.NOT_FOUND if sheet is None else None))
            match fault:
                case ErrorCode.RATE_LIMIT:
                    writer.write(_head("429 Too Many Requests", 0, "Retry-After: 1\r\n"))
                case ErrorCode.SERVICE_UNAVAILABLE:
                    writer.write(_head("503 Service Unavailable", 0))
                case ErrorCode.NETWORK_ERROR:
                    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
                    writer.transport.abort()
                case ErrorCode.TIMEOUT:
                    writer.write(_head("200 OK", 1000) + b"%PDF-1.7\n")
                    await reader.read()  # until the other side has had enough
                case _ if sheet is None:
                    writer.write(_head("404 Not Found", 0))
                case _:
                    writer.write(_head("200 OK", len(sheet)) + sheet)
            await writer.drain()
        writer.close()


def _head(status: str, length: int, further: str = "") -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n{further}\r\n".encode()


@asynccontextmanager
async def faulty_site(sheet: Callable[[str], bytes | None]) -> AsyncIterator[FaultySite]:
    """`sheet` gives the PDF of a path, or None where there is none."""
    site = FaultySite(sheet)
    server = await asyncio.start_server(site.answer, "127.0.0.1", 0)
    site.port = server.sockets[0].getsockname()[1]
    async with server:
        yield site
