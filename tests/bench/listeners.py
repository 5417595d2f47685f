"""Thousands of open streams in one process of their own: `python -m tests.bench.listeners PORT`, driven by its stdin.

The first line of stdin has the paths, with blanks between; every further one how many events are to be heard, in all,
and within how many seconds. Each is answered by a line of JSON: how long opening took, or what was heard since the last
line as `[stream, event id, time.perf_counter() of its receipt]`.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
import time
from typing import cast

import uvloop

AT_ONCE = 100
GREETED = (b": connected", b": ping", b": hello")
EVENT = re.compile(rb"^id: (\d+)\r?$", re.MULTILINE)


class Listeners:
    def __init__(self) -> None:
        self.heard: list[tuple[int, int, float]] = []
        self.wanted, self.enough, self.lost = 0, asyncio.Event(), 0

    def hear(self, stream: int, data: bytes) -> None:
        now = time.perf_counter()
        self.heard += [(stream, int(event_id), now) for event_id in EVENT.findall(data)]
        if len(self.heard) >= self.wanted:
            self.enough.set()


class Stream(asyncio.Protocol):
    def __init__(self, listeners: Listeners, number: int, path: str) -> None:
        self._listeners, self._number, self._path = listeners, number, path
        self._rest = b""
        self.greeted: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        request = f"GET {self._path} HTTP/1.1\r\nHost: bench\r\nAccept: text/event-stream\r\n\r\n"
        cast("asyncio.WriteTransport", transport).write(request.encode())  # uvloop's is no subclass

    def data_received(self, data: bytes) -> None:
        data = self._rest + data
        if not data.endswith(b"\r\n"):  # in the middle of a chunk
            self._rest = data
            return
        self._rest = b""
        if not self.greeted.done() and any(word in data for word in GREETED):
            self.greeted.set_result(None)
        self._listeners.hear(self._number, data)

    def connection_lost(self, _: Exception | None) -> None:
        self._listeners.lost += 1
        if not self.greeted.done():
            self.greeted.set_exception(ConnectionError(f"stream {self._number} was not taken"))


async def listen(port: int) -> None:
    loop, listeners = asyncio.get_running_loop(), Listeners()
    orders = asyncio.StreamReader(limit=2**24)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(orders), sys.stdin)
    paths, slots = (await orders.readline()).decode().split(), asyncio.Semaphore(AT_ONCE)

    async def opened(number: int, path: str) -> None:
        async with slots:
            _, stream = await loop.create_connection(lambda: Stream(listeners, number, path), "127.0.0.1", port)
            await stream.greeted

    began = time.perf_counter()
    await asyncio.gather(*(opened(number, path) for number, path in enumerate(paths)))
    _tell({"opened": len(paths), "seconds": time.perf_counter() - began})
    while order := await orders.readline():
        wanted, seconds = order.split()
        listeners.wanted = int(wanted)
        if len(listeners.heard) < listeners.wanted:
            listeners.enough.clear()
        try:
            async with asyncio.timeout(float(seconds)):
                await listeners.enough.wait()
        except TimeoutError:
            pass  # what is missing is missing in the answer
        heard, listeners.heard = listeners.heard, []
        _tell({"heard": heard, "lost": listeners.lost})


def _tell(what: object) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    uvloop.run(listen(int(sys.argv[1])))
