"""Meet pages on the test's own web server, and what is found behind them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from schema.errors import Rejected
from services.api.discovery.discovery import Discovery
from services.api.settings import ApiSettings
from tests.integration.web import response

if TYPE_CHECKING:
    from schema.discovery import DiscoveredView
    from tests.integration.web import Page, Web


def html(text: str | bytes, status: str = "200 OK", *, kind: str = "text/html; charset=utf-8", **headers: str) -> bytes:
    body = text.encode() if isinstance(text, str) else text
    return response(body, status, length=None, content_type=kind, **headers)


def opened(web: Web, **changed: object) -> Discovery:
    return Discovery(ApiSettings.model_validate({"allowed_hosts": frozenset({web.host}), **changed}))


async def found(web: Web, page: Page, **others: bytes) -> DiscoveredView:
    """What the page at /meet/ gives; `others` are the files beside it, by the name before `.pdf`."""
    web.pages |= {"/meet/": page} | {f"/meet/{name}.pdf": other for name, other in others.items()}
    return await opened(web).find(web.url("/meet/"))


async def refused(web: Web, page: Page, **changed: object) -> str:
    web.pages["/meet/"] = page
    with pytest.raises(Rejected) as no:
        await opened(web, **changed).find(web.url("/meet/"))
    assert ";" in no.value.sentence  # what is wrong; what to do
    return no.value.slug
