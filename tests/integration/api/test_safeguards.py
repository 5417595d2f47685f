"""What stands on every answer for who reads it in a browser: each route, each kind of refusal, at a real gateway."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, cast

from schema.states import BatchStatus
from services.api.app import routes
from services.api.openapi.document import LATER
from services.api.problems import CATALOGUE
from services.api.safeguards import ALWAYS
from services.api.settings import ApiSettings
from tests.integration.api.forms import GOOD, kept, pdf
from tests.integration.api.ledger import SWIM, SWIMMER

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    import httpx2
    import pytest

    from tests.integration.api.conftest import Serve
    from tests.integration.api.ledger import Ledger

NO_PART = cast("Any", None)
ORIGIN = "https://swims.example"
#: It would be a page, were it ever served as one.
MINE = b"%PDF-1.7\n<!doctype html><script>mine()</script>"


def guarded(answer: httpx2.Response) -> None:
    """Nothing of it runs, is framed, is guessed at, is told to another site, or is found by a search."""
    headers, where = answer.headers, f"{answer.request.method} {answer.request.url} {answer.status_code}"
    for name, value in ALWAYS.items():
        assert headers.get_list(name) == [value], f"{name} of {where}"
    (policy,) = headers.get_list("content-security-policy")
    wanted = {"default-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"}
    directives = {directive.strip() for directive in policy.split(";")}
    assert wanted <= directives, where
    assert any(directive.startswith("form-action ") for directive in directives), where
    assert not re.search(r"unsafe|\*|https?:|script-src (?!'self'(;|$))", policy), where
    (kept,) = headers.get_list("cache-control")
    assert kept == "no-store" or not speaks_of_a_child(answer), where
    if answer.request.url.path not in ("/", "/docs"):
        assert headers.get_list("x-robots-tag") == ["noindex"], where
    assert "server" not in headers
    kind = headers.get("content-type", "")
    assert "pdf" not in kind, where
    assert "html" not in kind or not answer.content or answer.content.startswith(b"<!doctype html>"), where
    assert b"<script>mine" not in answer.content, where
    if answer.status_code in LATER:
        assert headers["retry-after"].isdigit(), where


def speaks_of_a_child(answer: httpx2.Response) -> bool:
    return any(word in answer.text for word in SWIMMER.split())


def addresses(known: dict[str, str]) -> list[tuple[str, str]]:
    """Every route with each of its methods, filled with what there is, and with what there is not."""
    every = routes(
        ApiSettings(), blobs=NO_PART, publisher=NO_PART, database=NO_PART, reads=NO_PART, hub=NO_PART, checks={}
    )
    return [
        (method, filled(route.path, values))
        for route in every
        for values in (known, {})
        for method in sorted(route.methods or ())
    ]


def filled(path: str, values: dict[str, str]) -> str:
    return re.sub(r"\{(\w+)(?::path)?\}", lambda part: values.get(part[1], "nobody"), path)


async def test_every_answer_is_guarded_whatever_was_asked_and_none_is_what_was_handed_in(
    serve: Serve, ledger: Ledger, blob_path: Path
) -> None:
    batch_id = await ledger.submitted()
    code = await ledger.completed(batch_id, 1, SWIM)
    await ledger.record(batch_id, status=BatchStatus.CANCELLED)
    known = {
        "batch_id": str(batch_id),
        "batch_ids": str(batch_id),
        "job_id": str(batch_id),
        "code": code,
        "slug": "not-found",
        "version": "x",
        "name": "main.js",
    }
    asked = set[tuple[str, int]]()
    async with serve(read_after_write_seconds=0, cors_origins=ORIGIN, max_pdfs=2) as api:
        assert (await api.post("/api/batches", files=[GOOD[0], pdf(MINE, "mine.html")])).status_code == 202
        async for answer in everything(api, addresses(known), f"/api/batches/{batch_id}", blob_path):
            guarded(answer)
            asked.add((answer.headers.get("content-type", "").partition(";")[0], answer.status_code))
    assert {status for _, status in asked} >= {200, 202, 204, 303, 304, 400, 404, 405, 409, 413, 415, 422}
    assert {kind for kind, _ in asked} >= {
        "text/html",
        "text/event-stream",
        "text/calendar",
        "text/javascript",
        "application/json",
        "application/problem+json",
    }


async def everything(
    api: httpx2.AsyncClient, every: list[tuple[str, str]], batch: str, blobs: Path
) -> AsyncIterator[httpx2.Response]:
    for method, path in every:
        for accept in ("text/html", "application/json"):
            yield await api.request(method, path, headers={"Accept": accept, "Origin": ORIGIN})
    for name in (name for name in kept(blobs) if name.startswith("pdfs/")):
        for folder in ("", "/web", "/web/x", "/web/x/..", "/web/x/%2e%2e/%2e%2e/%2e%2e", "/api/batches", "/result"):
            answer = await api.get(f"{folder}/{name}")
            assert answer.status_code in (400, 404)
            yield answer
    yield await api.get("/nowhere")
    yield await api.get("/%00%ff")
    yield await api.delete(batch)
    yield await api.options("/api/batches", headers={"Origin": ORIGIN, "Access-Control-Request-Method": "POST"})
    yield await api.options("/api/batches", headers={"Origin": "null", "Access-Control-Request-Method": "PUT"})
    yield await api.post("/api/batches", content=b"[" * 300_000, headers={"Content-Type": "application/json"})
    yield await api.post("/api/batches", content=b"<html>", headers={"Content-Type": "text/html"})
    yield await api.post("/api/batches", files=GOOD)
    yield await api.post("/api/batches", files=[*GOOD, *GOOD[1:], *GOOD[1:]])
    tag = (await api.get(batch)).headers["etag"]
    yield await api.get(batch, headers={"If-None-Match": tag})
    for cursor in ("0", "99"):
        headers = {"Accept": "text/event-stream", "Last-Event-ID": cursor}
        yield await api.get(f"{batch}/events", headers=headers)
    head = (await api.get(batch)).json()["last_event_id"]
    yield await api.get(f"{batch}/events", headers={"Accept": "text/event-stream", "Last-Event-ID": str(head)})


async def test_a_bug_and_a_part_that_is_away_are_guarded_too(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError(SWIMMER)

    async with serve(sheets_a_minute=1) as api:
        for _ in range(2):
            last = await api.post("/api/batches", files=GOOD)
            guarded(last)
        assert last.status_code == 429
        monkeypatch.setattr("services.api.routes.batches.batch_id_of", broken)
        bug = await api.get("/api/batches/7")
        guarded(bug)
    assert (bug.status_code, CATALOGUE["internal"][0]) == (500, 500)
    assert not speaks_of_a_child(bug)
    url = "postgresql://127.0.0.1:9/nowhere"
    async with serve(ready=False, database_url=url) as api:
        away = await api.get("/api/batches/019a0000-0000-7000-8000-000000000001/results")
        guarded(away)
    assert away.status_code == 503
