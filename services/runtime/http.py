from __future__ import annotations

import asyncio
import socket
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING

import structlog
import uvicorn

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from starlette.types import ASGIApp

log = structlog.get_logger()


class _Server(uvicorn.Server):
    """uvicorn without its signal handlers: when a service stops is its own affair (`services.runtime.lifecycle`)."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def serve(app: ASGIApp, host: str, port: int, *, stop_seconds: int = 5) -> AsyncIterator[int]:
    """Serve `app` for a while; yields the port, a free one where `port` is 0. Raises OSError if it is taken.

    On leaving, requests under way have `stop_seconds` to end. The accept queue is long: a hall of parents comes back
    at once when a network returns.
    """
    with socket.create_server(
        (host, port), backlog=2048, family=socket.AF_INET6 if ":" in host else socket.AF_INET
    ) as listening:
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # uvloop does; asyncio's own loop forgets
        bound = int(listening.getsockname()[1])
        config = uvicorn.Config(
            app,
            http="httptools",
            loop="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            proxy_headers=False,  # a client's address is the peer's: a header says what its sender likes
            server_header=False,
            timeout_graceful_shutdown=stop_seconds,
            timeout_keep_alive=30,
        )
        server = _Server(config)
        task = asyncio.create_task(server.serve(sockets=[listening]), name="http")
        log.info("http.listening", host=host, port=bound)
        try:
            yield bound
        finally:
            server.should_exit = True
            await task
