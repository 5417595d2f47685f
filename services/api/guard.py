from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Protocol

import structlog
from starlette.requests import ClientDisconnect

from services.api.safeguards import missing
from services.runtime.clock import new_id

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = structlog.get_logger()
_REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{1,128}")
_TRACEPARENT = re.compile(rb"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")


class Rest(Protocol):
    """What goes on after an answer's beginning: outside of all layers, which it has gone by already."""

    async def go_on(self, receive: Receive, send: Send) -> None: ...

    def leave(self) -> None:
        """Called at the end in any case."""


class Guard:
    """The outermost layer: each request has an id, each answer its safeguards, and a bug becomes one log line.

    The id is the caller's `X-Request-Id` where it is plain, else a new one; it is echoed, and it is the correlation id
    of what the request causes. A `traceparent` that is one (W3C Trace Context) goes the same way. Paths and query
    strings are not logged: they can hold names and share codes.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        request_id = _given(scope, b"x-request-id", _REQUEST_ID) or str(new_id())
        traceparent = _given(scope, b"traceparent", _TRACEPARENT)
        state: dict[str, Any] = {"request_id": request_id, "traceparent": traceparent}
        scope["state"] = state
        echoed = [(b"x-request-id", request_id.encode())]
        if traceparent is not None:
            echoed.append((b"traceparent", traceparent.encode()))

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = [*message["headers"], *echoed]
                message["headers"] = [*headers, *missing(headers, scope["path"])]
            await send(message)

        structlog.contextvars.bind_contextvars(request_id=request_id)  # for this task alone: each request has one
        try:
            await self._app(scope, receive, send_with_id)
            if rest := state.get("rest"):
                await rest.go_on(receive, send)
        except ClientDisconnect:
            log.info("request.client_left", method=scope["method"])
        except Exception:
            # Not raised further: the server would log it again, as text and with the values in its message.
            log.exception("request.failed", method=scope["method"])
        finally:
            if rest := state.get("rest"):
                rest.leave()


def _given(scope: Scope, header: bytes, plain: re.Pattern[bytes]) -> str | None:
    given = next((value for name, value in scope["headers"] if name == header), b"")
    return given.decode() if plain.fullmatch(given) else None
