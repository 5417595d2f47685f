"""What stands on every answer for the sake of who reads it in a browser: JSON, pages, streams, refusals alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.api.peers import Peers
from services.api.problems import problem
from services.runtime.connections import Limits

if TYPE_CHECKING:
    from services.api.settings import ApiSettings

#: The address of a page is the right to read it, so no other site hears of it, and none puts it into a frame.
ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()",
}
#: Where an answer says nothing of its own: it is no document, nobody keeps it, and no search engine lists it.
USUAL = {
    b"content-security-policy": b"default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    b"cache-control": b"no-store",
    b"x-robots-tag": b"noindex",
}
#: Addresses that speak of no child, and may be found.
PUBLIC = frozenset({"/", "/docs"})


def missing(headers: list[tuple[bytes, bytes]], path: str) -> list[tuple[bytes, bytes]]:
    """What an answer lacks of the usual."""
    said = {name.lower() for name, _ in headers}
    if path in PUBLIC:
        said.add(b"x-robots-tag")
    return [header for header in USUAL.items() if header[0] not in said]


def limits(settings: ApiSettings) -> Limits:
    """What a connection may take, and what it is told where no application is asked."""
    refusals = (
        problem("bad-http", "send a request of HTTP/1.1, as browsers and curl do"),
        problem("too-slow", "the head of the request did not come in time; send it again"),
        problem("head-too-large", "make the address and the headers shorter; send long things in the body"),
        problem("too-many-connections", "ask again in a few seconds"),
    )
    return Limits(
        connections=settings.connections_at_once,
        head_seconds=settings.head_seconds,
        idle_seconds=settings.idle_seconds,
        reader_seconds=settings.reader_seconds,
        counted_as=Peers(settings.trusted_proxies).counted_as,
        refusals={refusal.status_code: bytes(refusal.body) for refusal in refusals},
    )
