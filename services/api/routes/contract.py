from __future__ import annotations

from typing import TYPE_CHECKING

import orjson
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from schema.errors import Rejected
from services.api.openapi.document import Limits, openapi
from services.api.openapi.page import POLICY, page
from services.api.problems import CATALOGUE
from services.runtime.version import VERSION

if TYPE_CHECKING:
    from starlette.requests import Request

    from services.api.settings import ApiSettings


class Contract:
    """What this gateway promises: for programs, and for people. Made once, at start."""

    def __init__(self, settings: ApiSettings) -> None:
        document = openapi(VERSION, Limits(settings.max_pdfs, settings.max_pdf_mb), settings.keys)
        self._json, self._page = orjson.dumps(document), page(document)

    def routes(self) -> list[Route]:
        return [
            Route("/openapi.json", self.document),
            Route("/docs", self.docs),
            Route("/problems/{slug}", self.problem),
        ]

    async def document(self, _: Request) -> Response:
        return Response(self._json, media_type="application/json")

    async def problem(self, request: Request) -> Response:
        slug = request.path_params["slug"]
        if slug not in CATALOGUE:
            raise Rejected("not-found", "no refusal has this name; GET /docs lists those that there are")
        return RedirectResponse(f"/docs#{slug}", 303)

    async def docs(self, _: Request) -> Response:
        return HTMLResponse(self._page, headers={"Content-Security-Policy": POLICY})
