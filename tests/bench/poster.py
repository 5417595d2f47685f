"""Posts one body again and again over raw sockets, as a process of its own; prints what it saw as a JSON line.

Without `--rate` each connection asks again when it is answered. With one, requests are due at a steady pace whatever
becomes of those before, and a latency counts from then: a server that stands still cannot hide who waits.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import sys
import time
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path

import uvloop

ACCEPTED = b"HTTP/1.1 202 "
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


@dataclass(slots=True)
class Seen:
    """`latencies` are in seconds, of what was accepted; `refused` has the first bytes of any other answer."""

    latencies: list[float] = field(default_factory=list)
    refused: list[bytes] = field(default_factory=list)


class Poster(asyncio.Protocol):
    """A connection with one request under way at most. Says by `done` that it is free, or was never answered."""

    def __init__(self, request: bytes, seen: Seen) -> None:
        self._request, self._seen = request, seen
        self._buffer, self._since = b"", 0.0
        self.done = asyncio.Event()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # a stream's is no other
        self._transport = transport

    def post(self, due: float) -> None:
        self.done.clear()
        self._since = due
        self._transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, ended, body = self._buffer.partition(b"\r\n\r\n")
        length = _LENGTH.search(head)
        if not ended or (length is not None and len(body) < int(length[1])):
            return
        if head.startswith(ACCEPTED):
            self._seen.latencies.append(time.perf_counter() - self._since)
        else:
            self._seen.refused.append(self._buffer[:200])
        self._buffer = b""
        self.done.set()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.is_set():
            self._seen.refused.append(f"the connection was lost: {exc!r}".encode())
            self.done.set()

    def close(self) -> None:
        self._transport.close()


async def closed_loop(posters: list[Poster], seconds: float) -> None:
    """Each asks as soon as it is answered."""
    ends = time.perf_counter() + seconds

    async def ask(poster: Poster) -> None:
        while (now := time.perf_counter()) < ends:
            poster.post(now)
            await poster.done.wait()

    await asyncio.gather(*(ask(poster) for poster in posters))


async def open_loop(posters: list[Poster], seconds: float, rate: float) -> None:
    """A request every 1/`rate` seconds; one that finds no connection free waits, and its clock runs."""
    due: deque[float] = deque()
    more, over = asyncio.Condition(), False

    async def ask(poster: Poster) -> None:
        while True:
            async with more:
                await more.wait_for(lambda: due or over)
                if not due:
                    return
                at = due.popleft()
            poster.post(at)
            await poster.done.wait()

    asking = asyncio.gather(*(ask(poster) for poster in posters))
    began = time.perf_counter()
    for number in range(int(seconds * rate)):
        at = began + number / rate
        if (early := at - time.perf_counter()) > 0:
            await asyncio.sleep(early)
        async with more:
            due.append(at)
            more.notify()
    async with more:
        over = True
        more.notify_all()
    await asking


async def run(port: int, body: bytes, connections: int, seconds: float, rate: float | None) -> dict[str, object]:
    request = (
        b"POST /api/batches HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        b"Content-Length: %d\r\n\r\n%b" % (len(body), body)
    )
    seen, loop = Seen(), asyncio.get_running_loop()
    posters = [
        (await loop.create_connection(lambda: Poster(request, seen), "127.0.0.1", port))[1] for _ in range(connections)
    ]
    began = time.perf_counter()
    if rate is None:
        await closed_loop(posters, seconds)
    else:
        await open_loop(posters, seconds, rate)
    took = time.perf_counter() - began
    for poster in posters:
        poster.done.set()
        poster.close()
    return {
        "seconds": took,
        "processor_seconds": time.process_time(),
        "latencies_ms": [round(latency * 1000, 3) for latency in seen.latencies],
        "refused": [answer.decode(errors="replace") for answer in seen.refused],
    }


def main() -> None:
    ask = argparse.ArgumentParser(prog="python -m tests.bench.poster", description=__doc__)
    ask.add_argument("port", type=int)
    ask.add_argument("body", type=Path, help="a file with the JSON that is posted")
    ask.add_argument("--connections", type=int, default=16)
    ask.add_argument("--seconds", type=float, default=3)
    ask.add_argument("--rate", type=float, help="requests a second, of which a latency counts from when it was due")
    asked = ask.parse_args()
    outcome = uvloop.run(run(asked.port, asked.body.read_bytes(), asked.connections, asked.seconds, asked.rate))
    json.dump(outcome, sys.stdout)


if __name__ == "__main__":
    main()
