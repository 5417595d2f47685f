from __future__ import annotations

from string import Template
from typing import TYPE_CHECKING

from starlette.responses import Response
from starlette.routing import Route

from schema.errors import Rejected
from schema.requests import MOST_SWIMMERS
from services.api.assets import OFFLINE, Asset, Assets

if TYPE_CHECKING:
    from starlette.requests import Request

    from services.api.settings import ApiSettings

#: Nothing inline, nothing from elsewhere.
GUARDED = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
    " connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
}
#: One version's files never change.
FOR_EVER = "public, max-age=31536000, immutable"
USUAL_LANGUAGE = "en"


def wants_page(request: Request) -> bool:
    """Whether a person's browser asks; programs get JSON unless they say that they want a page."""
    return "text/html" in request.headers.get("accept", "")


class Page:
    """The page for people: one shell whose modules draw each view from what the API answers."""

    def __init__(self, settings: ApiSettings, assets: Assets | None = None) -> None:
        self._assets = assets or Assets()
        web = f"/web/{self._assets.version}"
        shells = Template(self._assets.shell)
        self._shells = {
            language: Asset.of(
                "text/html; charset=utf-8",
                shells.substitute(
                    web=web,
                    language=language,
                    first="\n".join(f'<link rel="modulepreload" href="{web}/{name}">' for name in self._assets.first),
                    mails="yes" if settings.mails else "no",
                    keys=settings.keys,
                    most_pdfs=settings.max_pdfs,
                    most_mb=settings.max_pdf_mb,
                    most_swimmers=MOST_SWIMMERS,
                ).encode(),
            )
            for language in self._assets.languages
        }

    def routes(self) -> list[Route]:
        return [
            Route("/b/{batch_ids}", self.shell, include_in_schema=False),
            Route(f"/{OFFLINE}", self.offline, include_in_schema=False),
            Route("/web/{version}/{name:path}", self.asset, include_in_schema=False),
        ]

    async def shell(self, request: Request) -> Response:
        shell = self._shells[_language(request.headers.get("accept-language", ""), self._assets.languages)]
        headers = {"Vary": "Accept, Accept-Language, Accept-Encoding", "Cache-Control": "no-cache"}
        return _unless_known(request, shell, headers)

    async def offline(self, request: Request) -> Response:
        """The service worker, at the root: it may open those pages only that are below its own address."""
        return _unless_known(request, self._assets.offline, {"Vary": "Accept-Encoding", "Cache-Control": "no-cache"})

    async def asset(self, request: Request) -> Response:
        """A file of the page. Asked for by the shell of another version it is ours all the same, and not kept."""
        asset = self._assets.get(request.path_params["name"])
        if asset is None:
            raise Rejected("not-found", "the page has no such file; load it anew")
        ours = request.path_params["version"] == self._assets.version
        headers = {"Vary": "Accept-Encoding", "Cache-Control": FOR_EVER if ours else "no-cache"}
        return _unless_known(request, asset, headers)


def _unless_known(request: Request, asset: Asset, headers: dict[str, str]) -> Response:
    """The file, compressed where that is understood, or 304 for whoever has it."""
    headers = {**GUARDED, **headers, "ETag": asset.tag}
    if asset.tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(asset.gzipped, headers={**headers, "Content-Encoding": "gzip"}, media_type=asset.media_type)
    return Response(asset.plain, headers=headers, media_type=asset.media_type)


def _language(accepted: str, known: list[str]) -> str:
    """The first of the reader's languages that the page speaks (RFC 9110, 12.5.4), by weight and then by place."""
    wanted: list[tuple[float, str]] = []
    for entry in accepted[:1000].lower().split(","):
        tag, _, weight = entry.strip().partition(";q=")
        try:
            wanted.append((-float(weight or 1), tag.strip().split("-")[0]))
        except ValueError:
            continue
    return next(
        (tag for weight, tag in sorted(wanted, key=lambda one: one[0]) if weight and tag in known), USUAL_LANGUAGE
    )
