from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import JSONResponse
from starlette.routing import Route

from services.api.links import link
from services.api.routes.page import wants_page

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from services.api.routes.page import Page

ADDRESSES = {
    "discover": "POST /api/discover",
    "submit": "POST /api/batches",
    "batch": "/api/batches/{batch_id}",
    "events": "/api/batches/{batch_id}/events",
    "events of several": "/api/events?batch={batch_id}&batch={batch_id}",
    "results": "/api/batches/{batch_id}/results",
    "calendar": "/api/batches/{batch_id}/calendar.ics",
    "cancel": "POST /api/batches/{batch_id}/cancel",
    "retry": "POST /api/batches/{batch_id}/retry",
    "retry one": "POST /api/batches/{batch_id}/jobs/{job_id}/retry",
    "mail": "POST /api/batches/{batch_id}/notify",
    "forget": "POST /api/batches/{batch_id}/expire",
    "how everything is": "/api/admin/stats",
    "shared result": "/result/{code}",
    "shared calendar": "/result/{code}.ics",
    "health": "/health/ready",
    "contract": "/openapi.json",
    "documentation": "/docs",
}


class Home:
    """The way in: the page for people, the addresses for programs."""

    def __init__(self, page: Page) -> None:
        self._page = page

    def routes(self) -> list[Route]:
        return [Route("/", self.home)]

    async def home(self, request: Request) -> Response:
        if wants_page(request):
            return await self._page.shell(request)
        headers = {"Vary": "Accept", **link(**{"service-desc": "/openapi.json", "service-doc": "/docs"})}
        return JSONResponse({"service": "heatstream", "addresses": ADDRESSES}, headers=headers)
