from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from services.api.assets import WEB, Assets
from tests.integration.api.ledger import SWIM

if TYPE_CHECKING:
    import httpx2

    from tests.integration.api.conftest import Serve
    from tests.integration.api.ledger import Ledger

BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
BATCH = "/b/0198c5b0-0000-7000-8000-000000000000"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self';"
    " manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


async def test_a_browser_gets_the_page_and_a_program_json_at_the_same_address(
    api: httpx2.AsyncClient, ledger: Ledger
) -> None:
    code = await ledger.completed(await ledger.submitted(sheets=1), 1, SWIM)
    for path in ("/", f"/result/{code}"):
        page = await api.get(path, headers=BROWSER)
        assert page.headers["content-type"] == "text/html; charset=utf-8"
        data = await api.get(path)
        assert data.headers["content-type"] == "application/json"
        assert "Accept" in page.headers["vary"]
        assert "Accept" in data.headers["vary"]
    assert (await api.get(BATCH)).headers["content-type"] == "text/html; charset=utf-8"


async def test_everything_of_the_page_comes_from_here_and_nothing_is_inline(api: httpx2.AsyncClient) -> None:
    page = await api.get("/", headers=BROWSER)
    files = re.findall(r'(?:href|src)="(/web/[^"]+)"', page.text)
    assert len(files) > 5
    for answer in [page, *[await api.get(file) for file in files]]:
        assert answer.status_code == 200
        assert answer.headers["content-security-policy"] == POLICY
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
    assert not re.search(
        r"<style|style=|\son\w+=|<script(?![^>]* src=\"/web/)|//", page.text.split("</head>")[-1].replace("<!", "")
    )
    written = "".join(path.read_text() for path in WEB.rglob("*.js"))
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|srcdoc", written)


async def test_a_file_is_kept_for_ever_under_its_version_and_compressed(api: httpx2.AsyncClient) -> None:
    path = re.search(r'src="(/web/\w+/main\.js)"', (await api.get("/", headers=BROWSER)).text)
    assert path is not None
    small = await api.get(path[1], headers={"Accept-Encoding": "gzip"})
    assert "immutable" in small.headers["cache-control"]
    assert small.headers["content-encoding"] == "gzip"
    plain = await api.get(path[1], headers={"Accept-Encoding": "identity"})
    assert plain.content == small.content == (WEB / "main.js").read_bytes()
    assert int(small.headers["content-length"]) < len(plain.content)
    again = await api.get(path[1], headers={"If-None-Match": small.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    older = await api.get(re.sub(r"/web/\w+/", "/web/0123456789abcdef/", path[1]))
    assert (older.content, older.headers["cache-control"]) == (plain.content, "no-cache")


async def test_the_shell_is_asked_for_anew_and_costs_nothing_where_it_is_known(api: httpx2.AsyncClient) -> None:
    page = await api.get("/", headers=BROWSER)
    assert page.headers["cache-control"] == "no-cache"
    again = await api.get("/", headers={**BROWSER, "If-None-Match": page.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("path", ["nothing.js", "..%2Fsettings.py", "%2e%2e/assets.py", "index.html"])
async def test_nothing_but_the_pages_files_is_given_away(api: httpx2.AsyncClient, path: str) -> None:
    assert (await api.get(f"/web/{Assets().version}/{path}")).status_code == 404


@pytest.mark.parametrize(
    ("wanted", "spoken"),
    [("de-CH,de;q=0.9,en;q=0.8", "de"), ("fr,es;q=0.5,en;q=0.4", "es"), ("en;q=0.2,de;q=0.7", "de"), ("tr", "en"),
     ("", "en"), ("de;q=0", "en"), ("de;q=x,es", "es")],
)  # fmt: skip
async def test_it_speaks_the_readers_language(api: httpx2.AsyncClient, wanted: str, spoken: str) -> None:
    page = await api.get("/", headers={**BROWSER, "Accept-Language": wanted})
    assert f'<html lang="{spoken}"' in page.text
    assert f'/texts/{spoken}.json" as="fetch"' in page.text
    assert "Accept-Language" in page.headers["vary"]


@pytest.mark.parametrize(("server", "said"), [("smtp://127.0.0.1:9", "yes"), ("", "no")])
async def test_it_knows_whether_a_mail_can_be_offered_and_the_limits(serve: Serve, server: str, said: str) -> None:
    async with serve(smtp_url=server, max_pdfs=7, max_pdf_mb=11) as client:
        page = (await client.get("/", headers=BROWSER)).text
    assert f'data-mails="{said}" data-most-pdfs="7" data-most-mb="11" data-most-swimmers="8"' in page


def test_the_first_view_asks_for_its_modules_at_once_and_for_no_other() -> None:
    first = Assets().first
    assert {"main.js", "dom.js", "texts.js", "start.js", "queue.js"} <= set(first)
    assert not {"batch.js", "results.js", "replay.js"} & set(first)
