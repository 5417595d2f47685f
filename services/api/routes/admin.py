from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from starlette.routing import Route

from schema.admin_views import CalledView
from services.api.admin.lists import Lists
from services.api.admin.questions import batches_asked, set_asides_asked
from services.api.admin.stats import Stats
from services.api.answers import answer
from services.api.links import link
from services.api.problems import Unavailable, needing
from services.runtime.publisher import Nowhere
from services.runtime.tables import Tables
from services.runtime.topology import SWEEP

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from services.api.commands import Commands
    from services.api.settings import ApiSettings
    from services.runtime.database import Database


class Admin:
    """For whoever runs this: how it is, what there is, and the janitor now."""

    def __init__(self, settings: ApiSettings, database: Database, commands: Commands) -> None:
        tables = Tables(database)
        self._stats, self._lists, self._commands = Stats(settings, tables), Lists(tables), commands

    def routes(self) -> list[Route]:
        return [
            Route("/api/admin/stats", self.stats),
            Route("/api/admin/batches", self.batches),
            Route("/api/admin/set-asides", self.set_asides),
            Route("/api/admin/janitor", self.janitor, methods=["POST"]),
        ]

    async def stats(self, _: Request) -> Response:
        return answer(await self._stats.view())

    async def batches(self, request: Request) -> Response:
        page = await self._lists.batches(batches_asked(request.query_params))
        return answer(page, headers=_next(request, page.next_after))

    async def set_asides(self, request: Request) -> Response:
        page = await self._lists.set_asides(set_asides_asked(request.query_params))
        return answer(page, headers=_next(request, page.next_after))

    async def janitor(self, _: Request) -> Response:
        """202 once the broker has told every worker: the one whose turn it is looks at once."""
        with needing("broker-unavailable"):
            try:
                await self._commands.call_janitor()
            except Nowhere as nobody:
                raise Unavailable("no-worker") from nobody
        return answer(CalledView(command=SWEEP), status=202)


def _next(request: Request, after: str | int | None) -> dict[str, str]:
    if after is None:
        return {}
    return link(next=f"{request.url.path}?{urlencode({**request.query_params, 'after': after})}")
