"""A running gateway asks for keys as its own document says, and a key goes nowhere but to the door."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from structlog.testing import capture_logs

from services.api.keys.needs import Asked
from services.runtime import history
from services.runtime.keys import key_file
from services.runtime.keys.scope import Scope
from tests.integration.api.forms import LINK, PDF, key_of, pdf, refusal, shown, text

if TYPE_CHECKING:
    from pathlib import Path

    import httpx2

    from tests.integration.api.conftest import Sent, Serve

PLACES = {"batch_id": str(uuid4()), "job_id": str(uuid4()), "code": "0123456789ab", "slug": "gone"}
#: Whose address is whose, by its document; a new one is decided about here, too.
WANTED = {
    Scope.ADMIN: {"stats", "batches", "set_asides", "run_janitor"},
    Scope.SUBMIT: {"submit", "discover", "cancel", "retry", "retry_job", "notify", "expire"},
    Scope.READ: {"batch", "events", "watch", "results", "calendar"},
    None: {"shared_result", "shared_calendar", "home", "openapi", "problem", "docs", "live", "ready"},
}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "keys.jsonl"


@pytest.mark.parametrize("asked", Asked)
async def test_every_operation_is_for_those_scopes_that_its_document_names(
    serve: Serve, path: Path, asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "FIRST_SECONDS", 0.1)  # nothing was ever published
    keys = {scope: key_of(path, scope) for scope in Scope}
    strange = key_of(path.with_name("others"), *Scope)
    seen: dict[Scope | None, set[str]] = {scope: set() for scope in WANTED}
    async with serve(keys=asked, keys_file=str(path)) as api:
        document = (await api.get("/openapi.json")).json()
        for address, item in document["paths"].items():
            for method, operation in item.items():
                scopes = [wanted["key"][0] for wanted in operation["security"] if wanted]
                wanted = Scope(scopes[0]) if scopes else None
                seen[wanted].add(operation["operationId"])
                is_asked = wanted in asked.scopes
                assert ({} in operation["security"]) is (wanted is not None and not is_asked)
                given: dict[str | None, str | None] = {
                    None: None,
                    "strange": strange,
                    **{str(scope): key for scope, key in keys.items()},
                }
                for whose, key in given.items():
                    answer = await api.request(
                        method, address.format(**PLACES), headers={} if key is None else shown(key)
                    )
                    assert stopped(answer) == expected(whose, wanted if is_asked else None), (method, address, whose)
    assert seen == WANTED


def stopped(answer: httpx2.Response) -> str | None:
    """How the door refused, if it did."""
    return refusal(answer)[1] if answer.status_code in (401, 403) else None


def expected(whose: str | None, wanted: Scope | None) -> str | None:
    if wanted is None or whose == wanted:
        return None
    return {None: "key-missing", "strange": "key-unknown"}.get(whose, "key-scope")


async def test_without_a_file_administrators_are_told_how_to_make_a_key(api: httpx2.AsyncClient) -> None:
    for method, address in (("GET", "stats"), ("GET", "batches"), ("GET", "set-asides"), ("POST", "janitor")):
        answer = await api.request(method, f"/api/admin/{address}", headers=shown("hs_x"))
        assert refusal(answer) == (403, "keys-off")
        assert "heatstream keys create NAME --scope admin" in answer.json()["detail"]
    head = await api.head("/api/admin/stats")
    assert (head.status_code, head.content) == (403, b"")


async def test_a_key_hands_in_and_a_revoked_one_does_not_any_more(serve: Serve, path: Path, sent: Sent) -> None:
    key = key_of(path, Scope.SUBMIT)
    body = {"swimmer": "Maya Lindqvist", "urls": [LINK]}
    async with serve(keys=Asked.SUBMIT, keys_file=str(path)) as api:
        taken = await api.post("/api/batches", json=body, headers=shown(key))
        assert taken.status_code == 202
        assert json.loads((await sent.next()).body)["batch_id"] == taken.json()["batch_id"]
        with key_file.changing(path) as keys:
            keys.clear()
        async with asyncio.timeout(20):
            cancel = f"/api/batches/{PLACES['batch_id']}/cancel"
            while (answer := await api.post(cancel, headers=shown(key))).status_code == 404:
                pass
    assert refusal(answer) == (401, "key-unknown")


async def test_who_has_a_link_reads_on_where_only_handing_in_needs_a_key(serve: Serve, path: Path) -> None:
    async with serve(keys=Asked.SUBMIT, keys_file=str(path)) as api:
        page = {"Accept": "text/html"}
        for address in (f"/b/{PLACES['batch_id']}", f"/result/{PLACES['code']}", "/"):
            assert (await api.get(address, headers=page)).status_code == 200
        for address in (f"/api/batches/{PLACES['batch_id']}", f"/result/{PLACES['code']}"):
            assert refusal(await api.get(address)) == (404, "not-found")
        stream = {"Accept": "text/event-stream"}
        answer = await api.get(f"/api/batches/{PLACES['batch_id']}/events", headers=stream)
        assert refusal(answer) == (404, "not-found")


async def test_a_key_and_its_secret_stand_in_no_log_and_in_no_answer(serve: Serve, path: Path, sent: Sent) -> None:
    key = key_of(path, Scope.SUBMIT)
    (kept,) = key_file.read(path).values()
    with capture_logs() as said:
        async with serve(keys=Asked.ALL, keys_file=str(path)) as api:
            asks: list[dict[str, Any]] = [
                {"method": "POST", "url": "/api/batches", "json": {"swimmer": "M", "urls": [LINK]}},
                {"method": "POST", "url": "/api/batches", "content": b"{"},
                {"method": "GET", "url": f"/api/batches/{PLACES['batch_id']}"},
                {"method": "GET", "url": "/api/admin/stats"},
                {"method": "PUT", "url": "/api/batches"},
            ]
            answers = [await api.request(**ask, headers=shown(key)) for ask in asks]
            answers += [await api.request(**ask, headers=shown(key[:-1] + "g")) for ask in asks]
    message = await sent.next()
    told = json.dumps(said, default=str) + "".join(f"{answer.headers}{answer.text}" for answer in answers)
    told += f"{message.body!r}{message.headers}"
    assert "batch.taken" in told
    for hidden in (key, key.rpartition("_")[2][:60], kept.sha256):
        assert hidden not in told


async def test_who_sends_a_lot_without_a_key_is_told_so_and_may_go_on_with_one(serve: Serve, path: Path) -> None:
    key = key_of(path, Scope.SUBMIT)
    form = [text("swimmer", "Maya Lindqvist"), pdf(PDF * 2000)]
    async with serve(keys=Asked.SUBMIT, keys_file=str(path)) as api:
        assert refusal(await api.post("/api/batches", files=form)) == (401, "key-missing")
        assert (await api.post("/api/batches", files=form, headers=shown(key))).status_code == 202


async def test_a_page_of_another_site_may_show_a_key(serve: Serve, path: Path) -> None:
    site = "https://swims.example"
    async with serve(keys=Asked.SUBMIT, keys_file=str(path), cors_origins=site) as api:
        asks = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
        before = await api.options("/api/batches", headers={"Origin": site, **asks})
        assert before.status_code == 200
        refused = await api.post("/api/batches", headers={"Origin": site})
    assert "www-authenticate" in refused.headers["access-control-expose-headers"].lower()
