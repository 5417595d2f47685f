from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.routing import Route

from services.api.answers import answer
from services.api.bodies import read_link

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from services.api.discovery.discovery import Discovery


class Discover:
    """Says which PDFs a meet page links to."""

    def __init__(self, discovery: Discovery) -> None:
        self._discovery = discovery

    def routes(self) -> list[Route]:
        return [Route("/api/discover", self.discover, methods=["POST"])]

    async def discover(self, request: Request) -> Response:
        link = await read_link(request.stream(), request.headers.get("content-type", ""))
        return answer(await self._discovery.find(link))
