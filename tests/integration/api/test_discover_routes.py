"""POST /api/discover and `heatstream discover`, on the real gateway."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner, Result

from schema.discovery import DiscoveredView
from services.api.discovery import discovery
from services.cli.app import app
from tests.integration.api.forms import Form, refusal, text, until
from tests.integration.web import Web, response

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    import httpx2

    from tests.integration.api.conftest import Serve

LONG = "a-meet-with-a-name-that-no-terminal-shows-in-one-line/" * 3
PAGE = f"""<title>June Open</title><a href="map.pdf">Parking map</a><a href="/get/17">Timeline</a>
<a href="/{LONG}heat%20sheet.pdf">Heat sheet</a>""".encode()


@pytest.fixture
async def client(serve: Serve, web: Web) -> AsyncIterator[httpx2.AsyncClient]:
    web.pages |= {
        "/june": response(PAGE, content_type="text/html"),
        f"/{LONG}heat%20sheet.pdf": response(b"%PDF-1.7" + b" " * 1_234_000, content_type="application/pdf"),
        "/map.pdf": response(b"%PDF-1.7", content_type="application/pdf"),
        "/get/17": response(status="405 Method Not Allowed"),
        "/empty": response(b"<p>Nothing yet.", content_type="text/html"),
    }
    async with serve(allowed_hosts=frozenset({web.host})) as gateway:
        yield gateway


async def run(client: httpx2.AsyncClient, *arguments: str, **environment: str) -> Result:
    command = ["discover", *arguments, "--api", str(client.base_url)]
    return await asyncio.to_thread(CliRunner().invoke, app, command, env=environment)


async def test_json_and_a_form_are_answered_alike(client: httpx2.AsyncClient, web: Web) -> None:
    link = web.url("/june")
    by_json = await client.post("/api/discover", json={"url": f" {link} "})
    by_form = await client.post("/api/discover", files=[text("url", link)])
    assert (by_json.status_code, by_json.content) == (200, by_form.content)
    assert by_json.headers["cache-control"] == "no-store"
    view = DiscoveredView.model_validate_json(by_json.content)
    assert [(pdf.kind, pdf.certain, pdf.size_bytes) for pdf in view.pdfs] == [
        ("heat_sheet", True, 1_234_008),
        ("timeline", False, None),
        ("map", True, 8),
    ]


REFUSED = [
    ("application/json", b"{}", (422, "bad-url")),
    ("application/json", b'{"url": null}', (422, "bad-url")),
    ("application/json", b'{"url": ["https://meets.example/"]}', (422, "bad-url")),
    ("application/json", b'{"url": "meets.example/june"}', (422, "bad-url")),
    ("application/json", b'{"url": "file:///etc/passwd"}', (422, "bad-url")),
    ("application/json", b'{"url": "https://meets.example/\\u0000"}', (422, "bad-url")),
    ("application/json", b'{"url": "https://[/"}', (422, "link-blocked")),
    ("application/json", b'{"url": "http://127.0.0.1/"}', (422, "link-blocked")),
    ("application/json", b'{"url": "https://meets.example/", "deep": 1}', (422, "unknown-field")),
    ("application/json", b"[]", (400, "bad-json")),
    ("application/json", b"{", (400, "bad-json")),
    ("application/json", b" " * 300_000, (413, "body-too-large")),
    ("application/x-www-form-urlencoded", b"url=x", (415, "unsupported-media-type")),
    ("multipart/form-data", b"", (400, "broken-multipart")),
]


async def test_a_refusal_has_a_name(api: httpx2.AsyncClient) -> None:
    for content_type, body, wanted in REFUSED:
        answer = await api.post("/api/discover", content=body, headers={"content-type": content_type})
        assert refusal(answer) == wanted, body
    forms: list[tuple[Form, str]] = [
        ([text("pdfs", "x")], "unknown-field"),
        ([text("url", "x" * 300_000)], "field-too-large"),
        ([text("url", b"\xff")], "bad-encoding"),
    ]
    for form, slug in forms:
        assert refusal(await api.post("/api/discover", files=form))[1] == slug


async def test_a_refusal_of_a_site_and_of_one_more_has_its_status(
    client: httpx2.AsyncClient, web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    web.pages["/broken"] = response(status="500 Internal Server Error")
    assert refusal(await client.post("/api/discover", json={"url": web.url("/broken")})) == (502, "site-unreachable")
    monkeypatch.setattr(discovery, "BUSY_SECONDS", 0.05)
    web.pages["/silent"] = web.silent
    silent = {"url": web.url("/silent")}
    asking = [asyncio.create_task(client.post("/api/discover", json=silent)) for _ in range(discovery.AT_ONCE)]
    await until(lambda: len(web.requests) == 1 + discovery.AT_ONCE)
    busy = await client.post("/api/discover", json=silent)
    assert refusal(busy) == (503, "discovery-busy")
    assert busy.headers["retry-after"]
    web.over.set()
    assert {refusal(answer) for answer in await asyncio.gather(*asking)} == {(502, "site-unreachable")}


async def test_the_table_has_links_that_can_be_handed_in(client: httpx2.AsyncClient, web: Web) -> None:
    said = await run(client, web.url("/june"))
    assert (said.exit_code, said.stderr) == (0, "")
    title, _, *rows = said.stdout.splitlines()
    assert title == "June Open"
    assert [row.split(maxsplit=1)[0] for row in rows] == [
        web.url(f"/{LONG}heat%20sheet.pdf"),
        web.url("/get/17"),
        web.url("/map.pdf"),
    ]
    assert rows[0].split("  ")[1:] == ["heat sheet", "", "", "", " 1.2 MB", "Heat sheet"]
    assert "timeline, perhaps" in rows[1]


async def test_a_terminal_wraps_no_link(client: httpx2.AsyncClient, web: Web) -> None:
    said = await run(client, web.url("/june"), FORCE_COLOR="1", COLUMNS="60")
    assert web.url(f"/{LONG}heat%20sheet.pdf") in said.stdout


async def test_json_stands_beside_the_table(client: httpx2.AsyncClient, web: Web) -> None:
    said = await run(client, web.url("/june"), "--json")
    assert said.exit_code == 0
    answer = await client.post("/api/discover", json={"url": web.url("/june")})
    assert json.loads(said.stdout) == answer.json()


async def test_a_page_without_pdfs_ends_with_three(client: httpx2.AsyncClient, web: Web) -> None:
    said = await run(client, web.url("/empty"))
    assert (said.exit_code, said.stdout) == (3, "")
    assert said.stderr.startswith("no PDF is linked from this page; ")
    assert json.loads((await run(client, web.url("/empty"), "--json")).stdout)["warnings"][0]["code"] == "none_found"


async def test_what_cannot_be_looked_at_ends_with_two_and_a_sentence(client: httpx2.AsyncClient, web: Web) -> None:
    gone = await run(client, web.url("/gone"))
    assert (gone.exit_code, gone.stdout) == (2, "")
    assert gone.stderr.startswith("heatstream: The page is not there: there is nothing at this link; ")
    file = await run(client, "file:///etc/passwd")
    assert (file.exit_code, "must begin with https://" in file.stderr) == (2, True)
    bare = await run(client, "meets.invalid/june")
    assert (bare.exit_code, "there is no such site" in bare.stderr or "looked up" in bare.stderr) == (2, True)
