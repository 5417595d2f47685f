from __future__ import annotations

import time
from collections import Counter
from typing import TYPE_CHECKING

from services.api.buckets import Buckets
from services.api.peers import Peers, counted
from services.api.problems import TooMany, too_many

if TYPE_CHECKING:
    from collections.abc import Callable, MutableMapping

    from starlette.requests import Request
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from services.api.buckets import Draw
    from services.api.guard import Rest
    from services.api.settings import ApiSettings

#: Who watches this process, and the page's own files, cost nothing.
FREE = ("/health/", "/web/", "/offline.js")
SUBMIT, DISCOVER, STREAM_END = "/api/batches", "/api/discover", "/events"


class Meter:
    """Says no to an address that asks too much of this process: by token buckets, and by how many streams it holds.

    The address goes on as the request's `address`. Where sheets are handed in, the route draws for each by `charge`
    once it has counted them; here an empty bucket is refused before a body is read.
    """

    def __init__(self, app: ASGIApp, settings: ApiSettings) -> None:
        self._app, self._peers = app, Peers(settings.trusted_proxies)
        rates = {
            "requests": settings.requests_a_minute,
            "sheets": settings.sheets_a_minute,
            "discoveries": settings.discoveries_a_minute,
            "streams": settings.streams_a_minute,
        }
        self._buckets = {policy: Buckets(policy, rate) for policy, rate in rates.items() if rate}
        self._most_streams, self._streams = settings.streams_an_address, Counter[str]()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        state = scope["state"]
        address = state["address"] = self._peers.address(scope)
        state["charge"] = self._free
        path: str = scope["path"]
        if address is None or path.startswith(FREE):
            await self._app(scope, receive, send)
            return
        who = counted(address)
        policy, cost = _asks(scope)
        try:
            drawn = self._draw(who, policy, cost)
            if policy != "streams":
                state["charge"] = lambda sheets: self._charge(state, who, sheets)
                await self._app(scope, receive, _telling(send, state, drawn))
                return
            self._enter(who)
            try:
                await self._app(scope, receive, _telling(send, state, drawn))
            finally:
                if rest := state.get("rest"):
                    state["rest"] = _Counted(rest, lambda: self._leave(who))
                else:
                    self._leave(who)
        except TooMany as refused:
            await too_many(refused)(scope, receive, send)

    def _draw(self, who: str, policy: str, cost: int) -> Draw | None:
        """Raises TooMany where there is too little."""
        if policy not in self._buckets:
            return None
        drawn = self._buckets[policy].draw(who, cost, time.monotonic())
        if drawn.wait_seconds:
            raise TooMany("too-many-requests", drawn.wait_seconds, drawn.headers)
        return drawn

    def _charge(self, state: MutableMapping[str, object], who: str, sheets: int) -> None:
        try:
            state["drawn"] = self._draw(who, "sheets", sheets)
        except TooMany:
            state["refused"] = True  # which says itself what is left
            raise

    def _free(self, sheets: int) -> None:
        """Nobody is charged."""

    def _enter(self, who: str) -> None:
        if self._most_streams and self._streams[who] >= self._most_streams:
            raise TooMany("too-many-streams", None)
        self._streams[who] += 1

    def _leave(self, who: str) -> None:
        self._streams[who] -= 1
        if not self._streams[who]:
            del self._streams[who]


class _Counted:
    """A stream that has gone by all layers, and counts among its address's until it ends."""

    __slots__ = ("_left", "_rest", "go_on")

    def __init__(self, rest: Rest, left: Callable[[], None]) -> None:
        self._rest, self._left = rest, left
        self.go_on = rest.go_on

    def leave(self) -> None:
        self._left()
        self._rest.leave()


def charge(request: Request, sheets: int) -> None:
    """Draw for so many sheets to be read. Raises TooMany."""
    request.scope["state"]["charge"](sheets)


def _asks(scope: Scope) -> tuple[str, int]:
    """The bucket of a request, and what it costs at the door."""
    method, path = scope["method"], scope["path"]
    if method == "POST" and path == SUBMIT:
        return "sheets", 0
    if method == "POST" and path == DISCOVER:
        return "discoveries", 1
    if method == "GET" and path.endswith(STREAM_END):
        accepts = (value for name, value in scope["headers"] if name == b"accept")
        if any(b"text/event-stream" in value for value in accepts):
            return "streams", 1
    return "requests", 1


def _telling(send: Send, state: MutableMapping[str, object], drawn: Draw | None) -> Send:
    """The answer with how much is left; what was drawn on the way is newer than what was drawn at the door."""
    if drawn is None:
        return send

    async def tell(message: Message) -> None:
        if message["type"] == "http.response.start" and "refused" not in state:
            newest: Draw = state.get("drawn", drawn)  # type: ignore[assignment]  # `_charge` put it there
            told = [(name.lower().encode(), value.encode()) for name, value in newest.headers.items()]
            message["headers"] = [*message["headers"], *told]
        await send(message)

    return tell
