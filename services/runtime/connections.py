"""Connections that end when their peer stalls, or says too much before its request.

uvicorn has a clock for the silence between two requests, and for nothing else.
"""

from __future__ import annotations

import asyncio
import resource
import socket
import struct
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import structlog
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable, Mapping

    from uvicorn._types import ASGI3Application, ASGIReceiveCallable, ASGISendCallable, Scope
    from uvicorn.config import Config
    from uvicorn.server import ServerState

log = structlog.get_logger()
SWEEP_SECONDS = 0.5
#: Beyond the limit so many more are answered; further ones are cut unheard.
ANSWERED_MORE = 200
#: Of the process's open files, those that are no connections.
OTHER_FILES = 100
RETRY_AFTER_SECONDS = 5
#: An ASGI extension: the request's body is here to its end, so that nobody has to wait for it by a clock.
WHOLE = "heatstream.whole"


@dataclass(frozen=True, slots=True)
class Limits:
    """What one connection, and all together, may take. `refusals` has a body of problem+json by status.

    `counted_as` says of a peer's address under what it is counted: it has at most three quarters of all connections,
    or what it likes where that is None.
    A request's head must be whole within `head_seconds`; `idle_seconds` may pass between two requests; a reader of an
    answer that takes nothing of it for `reader_seconds` is cut.
    """

    connections: int = 1000
    head_seconds: float = 10
    head_bytes: int = 32_768
    idle_seconds: int = 30
    reader_seconds: float = 60
    refusals: Mapping[int, bytes] = field(default_factory=dict)
    counted_as: Callable[[str], str | None] = lambda _: None

    @property
    def an_address(self) -> int:
        return self.connections * 3 // 4


class Connection(HttpToolsProtocol):
    """A connection that remembers since when it waits for its peer; `sweep` looks at it."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
        *,
        limits: Limits,
        peers: Counter[str],
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._limits, self._usual, self._peers = limits, self.app, peers
        self._who: str | None = None
        self._head_at: float | None = None
        self._head_bytes = 0
        self._free_at = self._moved_at = self.loop.time()
        self._owed = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's own
        super().connection_made(transport)
        self._who = self._limits.counted_as(self.client[0]) if self.client else None
        if self._who is not None:
            self._peers[self._who] += 1
        if self._excess > ANSWERED_MORE:
            transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        if self._who is not None:
            self._peers[self._who] -= 1
            if not self._peers[self._who]:
                del self._peers[self._who]

    @property
    def _excess(self) -> int:
        """By how many connections there are too many, of all or of this peer's; below 1 there are not."""
        of_all = len(self.connections) - self._limits.connections
        return of_all if self._who is None else max(of_all, self._peers[self._who] - self._limits.an_address)

    def data_received(self, data: bytes) -> None:
        if self.transport.is_closing():
            return  # refused, and still sending
        super().data_received(data)
        if self._head_at is not None:
            self._head_bytes += len(data)
            if self._head_bytes > self._limits.head_bytes:
                self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._head_at, self._head_bytes = self.loop.time(), 0

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._head_at is not None:  # what comes after a body, nobody asked for
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._head_at = None
        size = len(self.url) + sum(len(name) + len(value) for name, value in self.headers)
        if size > self._limits.head_bytes:
            self.app = self._refusing(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
        elif self._excess > 0 and not self.url.startswith(b"/health/"):
            self.app = self._refusing(HTTPStatus.SERVICE_UNAVAILABLE)
        else:
            self.app = self._usual
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self.scope["extensions"] = {WHOLE: {}}
        super().on_message_complete()

    def on_response_complete(self) -> None:
        self._free_at = self.loop.time()
        super().on_response_complete()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - uvicorn's words are no problem document
        self._refuse(HTTPStatus.BAD_REQUEST)

    def check(self, now: float) -> None:
        """End the connection if its peer had long enough by `now`."""
        owed = self.transport.get_write_buffer_size()
        if not owed or owed < self._owed:
            self._moved_at = now
        self._owed = owed
        if now - self._moved_at > self._limits.reader_seconds:
            log.info("connection.never_reads", bytes=owed)
            self._hang_up()
        elif self.transport.is_closing() or not (self.cycle is None or self.cycle.response_complete):
            return  # what comes of a body is the application's to judge
        elif self._head_at is not None and now - self._head_at > self._limits.head_seconds:
            self._refuse(HTTPStatus.REQUEST_TIMEOUT)
        elif now - self._free_at > self._limits.idle_seconds + self._limits.head_seconds:
            self.transport.close()  # nothing but blank lines, or a body that nobody reads

    def _hang_up(self) -> None:
        """Close without waiting for what is unsent; the kernel would keep it for a reader that never reads."""
        line = self.transport.get_extra_info("socket")
        if line is not None:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.transport.abort()

    def _refuse(self, status: HTTPStatus) -> None:
        """Answer in the place of the application, and hang up."""
        if self.transport.is_closing():
            return
        log.info("connection.refused", status=int(status))
        headers = [*self.server_state.default_headers, *self._headers(status)]
        head = b"".join(b"%s: %s\r\n" % header for header in headers)
        self.transport.write(STATUS_LINE[status] + head + b"\r\n" + self._body(status))
        self.transport.close()

    def _refusing(self, status: HTTPStatus) -> ASGI3Application:
        async def refuse(_: Scope, __: ASGIReceiveCallable, send: ASGISendCallable) -> None:
            log.info("connection.refused", status=int(status))
            await send({"type": "http.response.start", "status": status, "headers": self._headers(status)})
            await send({"type": "http.response.body", "body": self._body(status), "more_body": False})

        return refuse

    def _headers(self, status: HTTPStatus) -> list[tuple[bytes, bytes]]:
        wait = [(b"retry-after", b"%d" % RETRY_AFTER_SECONDS)] if status is HTTPStatus.SERVICE_UNAVAILABLE else []
        return [
            (b"content-type", b"application/problem+json"),
            (b"content-length", b"%d" % len(self._body(status))),
            (b"cache-control", b"no-store"),
            (b"connection", b"close"),
            *wait,
        ]

    def _body(self, status: HTTPStatus) -> bytes:
        return self._limits.refusals.get(status, b"")


async def sweep(connections: set[Any]) -> None:
    """Look at every connection, for ever. One look at all of them costs less than a timer for each request."""
    clock = asyncio.get_running_loop().time
    while True:
        await asyncio.sleep(SWEEP_SECONDS)
        now = clock()
        for connection in tuple(connections):
            try:
                connection.check(now)
            except Exception:
                log.exception("connection.unchecked")


def fitting(connections: int) -> int:
    """How many of so many connections the process may have open, once it has asked for as many as it can have."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    others = ANSWERED_MORE + OTHER_FILES
    wanted = connections + others if hard == resource.RLIM_INFINITY else min(connections + others, hard)
    if soft < wanted:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        except (ValueError, OSError):  # macOS has a bound that it does not tell
            wanted = soft
    if (fit := max(1, min(connections, wanted - others))) < connections:
        log.warning("connections.fewer", connections=fit, wanted=connections, open_files=wanted)
    return fit
