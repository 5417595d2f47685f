from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.middleware.cors import CORSMiddleware

if TYPE_CHECKING:
    from collections.abc import Collection

    from starlette.types import ASGIApp

_SENT = ("Authorization", "Idempotency-Key", "If-None-Match", "Last-Event-ID", "traceparent", "X-Request-Id")
_READ = (
    "ETag",
    "Idempotency-Key",
    "Link",
    "Location",
    "RateLimit",
    "RateLimit-Policy",
    "Retry-After",
    "traceparent",
    "WWW-Authenticate",
    "X-Request-Id",
)


def shared(app: ASGIApp, origins: Collection[str]) -> ASGIApp:
    """The application for pages of these origins too (CORS). Nothing here goes by cookies, so none are let in."""
    return CORSMiddleware(
        app, allow_origins=origins, allow_methods=("GET", "HEAD", "POST"), allow_headers=_SENT, expose_headers=_READ
    )
