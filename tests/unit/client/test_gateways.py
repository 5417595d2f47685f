"""Both clients, held against the same scripted gateway on a real socket; and the CLI has no HTTP beside them."""

from __future__ import annotations

import ast
import asyncio
import inspect
import re
import socket
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

import services.cli
from services.api.openapi.operations import OPERATIONS
from services.client import calls, following
from services.client.async_gateway import AsyncGateway
from services.client.failures import Away, NoGateway, Refused, Unreachable
from services.client.gateway import SUBMIT_TRIES, Gateway

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from services.client.following import BatchNews
    from tests.unit.conftest import ScriptedGateway

BATCH, JOB, CODE = uuid4(), uuid4(), "0123456789ab"
WISHES = calls.CalendarWishes(10, "Europe/Berlin", ("0123456789ab",))
EVENTS = f"GET /api/batches/{BATCH}/events"
PROBLEM = {"type": "/problems/batch-over", "title": "The batch is over", "status": 409, "detail": "too late"}
AWAY = {"type": "/problems/database-unavailable", "title": "Away", "status": 503, "detail": "in a moment"}
STAGE = (1, "job_progress", {"stage": "extracting", "sequence": 1})
DONE = (2, "batch_completed", {"status": "completed"})


class Blocking:
    """The asynchronous client with the face of the other one, on a loop of its own."""

    def __init__(self, url: str) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        self._gateway = AsyncGateway(url)

    def __getattr__(self, name: str) -> Callable[..., Any]:
        return lambda *given: self._run(getattr(self._gateway, name)(*given))

    def events(self, *given: Any) -> Iterator[BatchNews]:  # noqa: ANN401 - as the method takes them
        stream = self._gateway.events(*given)
        while (news := self._run(anext(stream, None))) is not None:
            yield news

    def close(self) -> None:
        self._run(self._gateway.__aexit__())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _run(self, what: Any) -> Any:  # noqa: ANN401 - anything that can be waited for
        return asyncio.run_coroutine_threadsafe(what, self._loop).result(20)


@contextmanager
def opened(kind: str, url: str) -> Iterator[Gateway | Blocking]:
    if kind == "sync":
        with Gateway(url) as client:
            yield client
        return
    blocking = Blocking(url)
    try:
        yield blocking
    finally:
        blocking.close()


@pytest.fixture(params=["sync", "async"])
def kind(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture
def client(kind: str, gateway: ScriptedGateway, monkeypatch: pytest.MonkeyPatch) -> Iterator[Gateway | Blocking]:
    monkeypatch.setattr("services.client.answers.PAUSE_SECONDS", 0.0)
    with opened(kind, gateway.url) as client:
        yield client


def test_each_operation_of_the_document_is_a_method_of_both() -> None:
    wanted = {operation.name for operation in OPERATIONS if operation.tag != "gateway"} | {"log"}
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
        calls.log(BATCH, 3),
        calls.results(BATCH),
        calls.calendar(BATCH, WISHES),
        calls.shared_result(CODE),
        calls.shared_calendar(CODE, WISHES),
        calls.cancel(BATCH),
        calls.retry(BATCH, [JOB]),
        calls.retry_job(BATCH, JOB),
        calls.notify(BATCH, "parent@example.org"),
        calls.expire(BATCH),
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


def test_a_refusal_has_its_slug_and_its_fields(client: Gateway | Blocking, gateway: ScriptedGateway) -> None:
    errors = [{"field": "batch_id", "message": "is over"}]
    gateway.says(f"POST /api/batches/{BATCH}/cancel", {**PROBLEM, "errors": errors}, 409)
    with pytest.raises(Refused, match=r"^The batch is over: too late \(batch_id: is over\)$") as refused:
        client.cancel(BATCH)
    assert (refused.value.slug, refused.value.fields) == ("batch-over", (("batch_id", "is over"),))


def test_a_cut_stream_is_taken_up_where_it_broke_and_tells_nothing_twice(
    client: Gateway | Blocking, gateway: ScriptedGateway
) -> None:
    gateway.streams(EVENTS, STAGE, cut=True)
    gateway.says(EVENTS, AWAY, 503)
    gateway.streams(EVENTS, STAGE, DONE)
    gateway.says(EVENTS, None, 204)
    assert [(news.id, news.name) for news in client.events(BATCH)] == [(1, "job_progress"), (2, "batch_completed")]
    cursors = [headers.get("last-event-id") for headers in gateway.headers_of(EVENTS)]
    assert cursors == [None, "1", "1", "2"]


def test_a_cursor_of_ones_own_is_where_a_stream_begins(client: Gateway | Blocking, gateway: ScriptedGateway) -> None:
    gateway.streams(EVENTS, DONE)
    gateway.says(EVENTS, None, 204)
    assert [news.id for news in client.events(BATCH, 1)] == [2]
    assert gateway.headers_of(EVENTS)[0]["last-event-id"] == "1"


def test_a_stream_that_stays_away_is_given_up(
    client: Gateway | Blocking, gateway: ScriptedGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "AWAY_SECONDS", 0.0)
    gateway.says(EVENTS, AWAY, 503)
    with pytest.raises(Away, match="in a moment"):
        list(client.events(BATCH))


def test_a_refused_stream_is_not_asked_for_again(client: Gateway | Blocking, gateway: ScriptedGateway) -> None:
    gateway.says(EVENTS, {**PROBLEM, "status": 404}, 404)
    with pytest.raises(Refused):
        list(client.events(BATCH))
    assert len(gateway.asked) == 1


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
