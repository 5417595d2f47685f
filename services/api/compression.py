from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.datastructures import Headers
from starlette.middleware.gzip import GZipMiddleware

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

#: Smaller answers fit one packet anyway.
LEAST_BYTES = 1000
#: Quick before small: the other requests wait meanwhile.
LEVEL = 5
STREAM = "text/event-stream"


class Compression(GZipMiddleware):
    """gzip for who takes it, and never for a stream of events: what is held back to be compressed comes late."""

    def __init__(self, app: ASGIApp) -> None:
        # Every other type that is served is text; starlette's own list is looked through at each request.
        super().__init__(app, LEAST_BYTES, LEVEL, exclude_content_types=(STREAM,))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        # Nobody on the way keeps the answer to a POST, so it need not say of which other forms there are.
        plain = scope["method"] == "POST" and "gzip" not in headers.get("accept-encoding", "")
        if plain or STREAM in headers.get("accept", ""):
            await self.app(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)
