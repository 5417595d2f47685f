"""Both clients, held against one scripted gateway: calls and refusals; and the CLI has no HTTP beside them."""

from __future__ import annotations

import ast
import inspect
import re
import socket
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import services.cli
from schema.states import BatchStatus
from services.api.openapi.operations import OPERATIONS
from services.client import calls
from services.client.async_gateway import AsyncGateway
from services.client.failures import Away, NoGateway, Refused, TooFast, Unreachable
from services.client.gateway import SUBMIT_TRIES, TRIES, Gateway
from tests.unit.client.scripted import (
    AWAY,
    BATCH,
    CODE,
    EVENTS,
    JOB,
    NOON,
    PROBLEM,
    TOO_FAST,
    Blocking,
    opened,
)

if TYPE_CHECKING:
    from tests.unit.conftest import ScriptedGateway

WISHES = calls.CalendarWishes(10, "Europe/Berlin", ("0123456789ab",))


def test_each_operation_of_the_document_is_a_method_of_both() -> None:
    wanted = {operation.name for operation in OPERATIONS if operation.tag != "gateway"} | {"log", "poll"}
    for client in (Gateway, AsyncGateway):
        assert {name for name, _ in inspect.getmembers(client, inspect.isfunction) if name[0] != "_"} == wanted


def test_both_take_the_same_and_give_the_same() -> None:
    for name, method in inspect.getmembers(Gateway, inspect.isfunction):
        if name[0] != "_":
            twin = inspect.signature(getattr(AsyncGateway, name))
            given = inspect.signature(method)
            assert twin.parameters == given.parameters
            assert str(twin.return_annotation).removeprefix("Async") == given.return_annotation
            assert getattr(AsyncGateway, name).__doc__ == method.__doc__


def test_each_call_is_one_that_the_document_has() -> None:
    made: list[calls.Call[Any]] = [
        calls.discover("https://meets.example"),
        calls.batch(BATCH),
        calls.log(BATCH, 3, None),
        calls.log(BATCH, 3, 20),
        calls.results(BATCH),
        calls.calendar(BATCH, WISHES),
        calls.shared_result(CODE),
        calls.shared_calendar(CODE, WISHES),
        calls.cancel(BATCH),
        calls.retry(BATCH, [JOB]),
        calls.retry_job(BATCH, JOB),
        calls.notify(BATCH, "parent@example.org"),
        calls.expire(BATCH),
        calls.stats(),
        calls.batches(BatchStatus.FAILED, NOON, "1.x"),
        calls.set_asides("bug", 7, only_open=True),
        calls.run_janitor(),
    ]
    known = {
        (operation.method.upper(), re.sub(r"\{\w+\}", "x", operation.path), shape)
        for operation in OPERATIONS
        for answer in operation.answers
        for shape in answer.content.values()
        if not isinstance(shape, dict)
    }
    for call in made:
        path = call.path.replace(str(BATCH), "x").replace(str(JOB), "x").replace(CODE, "x")
        assert call.view is bytes or (call.method, path, call.view) in known


def test_a_key_is_shown_with_every_request_and_stream_and_nowhere_else(kind: str, gateway: ScriptedGateway) -> None:
    with opened(kind, gateway.url, "hs_key") as client:
        gateway.says(f"POST /api/batches/{BATCH}/cancel", PROBLEM, 409)
        with pytest.raises(Refused):
            client.cancel(BATCH)
        gateway.says(EVENTS, None, 204)
        assert list(client.events(BATCH)) == []
    assert [headers["authorization"] for _, headers, _ in gateway.asked] == ["Bearer hs_key"] * 2
    assert "hs_key" not in "".join(address for address, _, _ in gateway.asked)


def test_lists_are_asked_for_by_their_filters() -> None:
    assert calls.batches(BatchStatus.FAILED, NOON, None).rest["params"] == {
        "status": "failed",
        "since": "2026-07-17T12:00:00+00:00",
    }
    assert calls.set_asides(None, 0, only_open=False).rest["params"] == {"after": 0}
    assert calls.set_asides("bug", 7, only_open=True).rest["params"] == {"reason": "bug", "after": 7, "open": "true"}


def test_a_refusal_has_its_slug_and_its_fields(client: Gateway | Blocking, gateway: ScriptedGateway) -> None:
    errors = [{"field": "batch_id", "message": "is over"}]
    gateway.says(f"POST /api/batches/{BATCH}/cancel", {**PROBLEM, "errors": errors}, 409)
    with pytest.raises(Refused, match=r"^The batch is over: too late \(batch_id: is over\)$") as refused:
        client.cancel(BATCH)
    assert (refused.value.slug, refused.value.fields) == ("batch-over", (("batch_id", "is over"),))


def test_a_submit_is_sent_again_whole_under_its_key(
    client: Gateway | Blocking, gateway: ScriptedGateway, tmp_path: Path
) -> None:
    pdf = tmp_path / "heats.pdf"
    pdf.write_bytes(b"%PDF-1.7 swim")
    gateway.says("POST /api/batches", AWAY, 503)
    with pytest.raises(Away):
        client.submit(["Maya Lindqvist"], [pdf, "https://meets.example/b.pdf"])
    bodies = [re.sub(rb"--[0-9a-f]{16,}", b"--", body) for _, _, body in gateway.asked]
    assert len(bodies) == SUBMIT_TRIES
    assert set(bodies) == {bodies[0]}
    assert b"%PDF-1.7 swim" in bodies[0]
    assert len({headers["idempotency-key"] for headers in gateway.headers_of("POST /api/batches")}) == 1


def test_a_gateway_that_counts_is_given_the_time_that_it_asks_for(
    client: Gateway | Blocking, gateway: ScriptedGateway
) -> None:
    address = f"POST /api/batches/{BATCH}/cancel"
    gateway.says(address, TOO_FAST, 429, **{"Retry-After": "1"})
    gateway.says(address, PROBLEM, 409)
    began = time.monotonic()
    with pytest.raises(Refused, match="too late"):
        client.cancel(BATCH)
    assert time.monotonic() - began >= 1
    assert len(gateway.asked) == 2


def test_a_gateway_that_goes_on_counting_is_told_of(client: Gateway | Blocking, gateway: ScriptedGateway) -> None:
    gateway.says(f"GET /api/batches/{BATCH}", TOO_FAST, 429)
    with pytest.raises(TooFast, match="Too much"):
        client.batch(BATCH)
    assert len(gateway.asked) == TRIES


def test_what_is_no_gateway_is_told_so(client: Gateway | Blocking, gateway: ScriptedGateway) -> None:
    address = f"GET /api/batches/{BATCH}"
    gateway.says(address, {"hello": "world"})
    gateway.says(address, "no such page", 404)
    with pytest.raises(NoGateway, match="does not understand"):
        client.batch(BATCH)
    with pytest.raises(NoGateway, match="answered 404"):
        client.batch(BATCH)


def test_where_nothing_answers_is_not_tried_again(kind: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
    with opened(kind, url) as client:
        for ask in (lambda: client.batch(BATCH), lambda: list(client.events(BATCH))):
            with pytest.raises(Unreachable, match="cannot be reached"):
                ask()


def test_the_command_line_has_no_http_of_its_own() -> None:
    folder = Path(services.cli.__file__).parent
    found = {
        (path.name, name)
        for path in folder.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        for name in _imported(node)
        if name.split(".")[0] in {"httpx", "httpx2", "requests", "aiohttp", "http"} or name == "urllib.request"
    }
    assert found == set()


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module] if isinstance(node, ast.ImportFrom) and node.module else []
