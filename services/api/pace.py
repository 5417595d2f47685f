from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import structlog

from schema.errors import Rejected
from services.runtime.connections import WHOLE

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from services.api.settings import ApiSettings

log = structlog.get_logger()
#: Before its rate is asked about: a phone takes a while to find its pace.
GRACE_SECONDS = 30
_BODILESS = frozenset({"GET", "HEAD", "OPTIONS"})


class Pace:
    """Bodies come at a pace, or are refused: no silence, no trickle, and an end.

    Only the time counts in which the gateway waits for the sender: when the store for PDFs is slow, nobody else is.
    """

    def __init__(self, app: ASGIApp, settings: ApiSettings) -> None:
        self._app = app
        self._silence_seconds = settings.body_silence_seconds
        self._bytes_a_second = settings.body_bytes_a_second
        self._longest_seconds = settings.body_minutes * 60

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] in _BODILESS or WHOLE in scope.get("extensions", ()):
            await self._app(scope, receive, send)
            return
        clock = asyncio.get_running_loop().time
        waited, came, whole = 0.0, 0, False

        async def paced() -> Message:
            nonlocal waited, came, whole
            if whole:
                return await receive()
            began = clock()
            try:
                async with asyncio.timeout(min(self._silence_seconds, self._longest_seconds - waited)):
                    message = await receive()
            except TimeoutError:
                raise self._too_slow(came) from None
            waited += clock() - began
            came += len(message.get("body", b""))
            whole = not message.get("more_body", False)
            if not whole and waited > GRACE_SECONDS and came < waited * self._bytes_a_second:
                raise self._too_slow(came)
            return message

        await self._app(scope, paced, send)

    def _too_slow(self, came: int) -> Rejected:
        log.info("body.too_slow", bytes=came)
        return Rejected(
            "too-slow",
            "the line is too slow, or broke: send it again where the network is better, or send fewer PDFs or links"
            " at a time",
        )
