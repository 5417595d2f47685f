from __future__ import annotations

import asyncio
import socket
from collections import Counter
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, cast

import structlog
import uvicorn

from services.runtime.connections import Connection, Limits, fitting, sweep

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Mapping

    from starlette.types import ASGIApp

log = structlog.get_logger()


class _Server(uvicorn.Server):
    """uvicorn without its signal handlers: when a service stops is its own affair (`services.runtime.lifecycle`)."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def serve(  # noqa: PLR0913 - what a server is told
    app: ASGIApp,
    host: str,
    port: int,
    *,
    stop_seconds: int = 5,
    limits: Limits | None = None,
    headers: Mapping[str, str] | None = None,
) -> AsyncIterator[int]:
    """Serve `app` for a while; yields the port, a free one where `port` is 0. Raises OSError if it is taken.

    `headers` stand on every answer, on those too that no application is asked for.

    On leaving, requests under way have `stop_seconds` to end. The accept queue is long: a hall of parents comes back
    at once when a network returns.
    """
    usual = limits or Limits()
    limits = replace(usual, connections=fitting(usual.connections))
    with socket.create_server(
        (host, port), backlog=2048, family=socket.AF_INET6 if ":" in host else socket.AF_INET
    ) as listening:
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # uvloop does; asyncio's own loop forgets
        if hasattr(socket, "TCP_USER_TIMEOUT"):  # Linux: a phone that is gone takes nothing, and says nothing either
            patience = int(limits.reader_seconds * 1000)
            listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, patience)
        bound = int(listening.getsockname()[1])
        config = uvicorn.Config(
            app,
            http=cast("Any", partial(Connection, limits=limits, peers=Counter())),
            loop="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            proxy_headers=False,  # a client's address is the peer's: a header says what its sender likes
            server_header=False,
            timeout_graceful_shutdown=stop_seconds,
            timeout_keep_alive=limits.idle_seconds,
            headers=list((headers or {}).items()),
        )
        server = _Server(config)
        task = asyncio.create_task(server.serve(sockets=[listening]), name="http")
        sweeping = asyncio.create_task(sweep(server.server_state.connections), name="sweep")
        log.info("http.listening", host=host, port=bound)
        try:
            yield bound
        finally:
            server.should_exit = True
            sweeping.cancel()
            await task
