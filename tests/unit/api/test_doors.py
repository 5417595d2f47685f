"""Who is let in: the file of keys as it changes, the header as it is read, and no route that nobody decided about."""

from __future__ import annotations

import ast
import errno
import json
import os
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx2
import pytest
from pydantic import ValidationError
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route
from structlog.contextvars import get_contextvars
from structlog.testing import capture_logs

from services.api.keys import keyring
from services.api.keys.door import Door, behind_doors
from services.api.keys.keyring import LOOK_SECONDS, Keyring
from services.api.keys.needs import Asked
from services.api.problems import HANDLERS
from services.api.settings import ApiSettings
from services.runtime.clock import now
from services.runtime.keys import key_file
from services.runtime.keys.key import Key, make
from services.runtime.keys.scope import Scope
from tests.integration.api.forms import refusal

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request


class Clock:
    """Seconds as the test says."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def monotonic(self) -> float:
        return self.seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(keyring, "time", clock)
    return clock


class Counted:
    """A function, and how often it was called."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self._function, self.times = function, 0

    def __get__(self, owner: object, _: object) -> Callable[..., Any]:
        return partial(self, owner)

    def __call__(self, *given: object) -> Any:  # noqa: ANN401 - as the function has it
        self.times += 1
        return self._function(*given)


class File:
    """A file of keys as an operator keeps it."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def create(self, *scopes: Scope, ends_in: timedelta | None = None) -> tuple[str, Key]:
        at = now()
        ends = None if ends_in is None else at + ends_in
        with key_file.changing(self.path) as keys:
            told, kept = make(f"key {len(keys)}", frozenset(scopes or Scope), at=at, expires_at=ends)
            keys[kept.id] = kept
        return told, kept

    def revoke(self, key: Key) -> None:
        with key_file.changing(self.path) as keys:
            del keys[key.id]


@pytest.fixture
def file(tmp_path: Path) -> File:
    return File(tmp_path / "keys.jsonl")


def test_a_key_is_known_within_a_second_and_unknown_within_one_of_its_end(file: File, clock: Clock) -> None:
    first, kept = file.create()
    ring = Keyring(file.path)
    second, _ = file.create()
    clock.seconds += LOOK_SECONDS - 0.01
    assert [ring.find(key) is not None for key in (first, second)] == [True, False]
    clock.seconds += 0.01
    assert ring.find(second) is not None
    file.revoke(kept)
    clock.seconds += LOOK_SECONDS
    assert [ring.find(key) is not None for key in (first, second)] == [False, True]
    assert LOOK_SECONDS <= 1


def test_the_file_is_looked_at_once_a_second_and_read_when_it_has_changed(
    file: File, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    told, _ = file.create()
    looks, reads = Counted(keyring.Keyring._state), Counted(key_file.read)
    monkeypatch.setattr(keyring, "read", reads)
    monkeypatch.setattr(Keyring, "_state", looks)
    ring = Keyring(file.path)
    for _ in range(40):
        assert ring.find(told) is not None
        clock.seconds += LOOK_SECONDS / 8
    assert (looks.times, reads.times) == (5, 1)
    os.utime(file.path, (0, 0))
    clock.seconds += LOOK_SECONDS
    assert ring.find(told) is not None
    assert reads.times == 2


def test_a_broken_file_is_said_once_and_the_keys_of_before_hold(file: File, clock: Clock) -> None:
    told, kept = file.create()
    good = file.path.read_bytes()
    ring = Keyring(file.path)
    breaks: list[Callable[[], object]] = [
        lambda: file.path.write_bytes(b'{"id": "secret"}'),
        file.path.unlink,
        file.path.mkdir,
    ]
    for broken in breaks:
        with capture_logs() as said:
            broken()
            for _ in range(3):
                clock.seconds += LOOK_SECONDS
                assert ring.find(told) == kept
        assert [(line["event"], line["log_level"], line["keys"]) for line in said] == [("keys.unreadable", "error", 1)]
        assert "secret" not in json.dumps(said, default=str)
    file.path.rmdir()
    file.path.write_bytes(good)
    other, _ = file.create()
    clock.seconds += LOOK_SECONDS
    assert ring.find(other) is not None


def test_a_file_that_is_not_there_yet_opens_nothing_until_it_is(file: File, clock: Clock) -> None:
    with capture_logs() as said:
        ring = Keyring(file.path)
    assert os.strerror(errno.ENOENT) in said[0]["error"]
    told, _ = file.create()
    clock.seconds += LOOK_SECONDS
    assert ring.find(told) is not None


def test_a_key_that_is_over_is_unknown_though_it_is_in_the_file(file: File) -> None:
    told, _ = file.create(ends_in=timedelta(days=1))
    over, _ = file.create(ends_in=timedelta(0))
    ring = Keyring(file.path)
    assert (ring.find(told) is not None, ring.find(over)) == (True, None)


def test_an_id_that_nobody_has_costs_a_comparison_too(file: File, monkeypatch: pytest.MonkeyPatch) -> None:
    told, kept = file.create()
    ring = Keyring(file.path)
    compared: list[str] = []

    def opens(key: Key, _: str) -> bool:
        compared.append(key.id)
        return False

    monkeypatch.setattr(Key, "opens", opens)
    strange = told.replace(kept.id, "0" * 12)
    for given in (told, strange, "nothing"):
        assert ring.find(given) is None
    assert compared == [kept.id, keyring._NOBODY.id, keyring._NOBODY.id]
    assert keyring._NOBODY.id not in file.path.read_text()


def test_nothing_compares_a_key_by_itself() -> None:
    """`==` takes longer the more characters are right."""
    for module in ("services/api/keys/keyring.py", "services/api/keys/door.py", "services/runtime/keys/key.py"):
        tree = ast.parse((Path(__file__).parents[3] / module).read_text())
        compared = {
            name.id
            for node in ast.walk(tree)
            if isinstance(node, ast.Compare)
            for name in ast.walk(node)
            if isinstance(name, ast.Name)
        }
        assert compared & {"given", "told"} == set()


def app(asked: Asked, ring: Keyring | None) -> httpx2.AsyncClient:
    async def show(_: Request) -> Response:
        return Response(str(get_contextvars().get("key")))

    routes = [Route("/api/discover", show, methods=["POST"]), Route("/api/batches/{batch_id}", show)]
    made = Starlette(routes=behind_doors(routes, asked, ring), exception_handlers=HANDLERS)
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(made), base_url="http://test")


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
async def test_a_key_is_shown_in_one_header_and_is_who_is_logged(file: File, scheme: str) -> None:
    told, kept = file.create(Scope.SUBMIT)
    async with app(Asked.SUBMIT, Keyring(file.path)) as client:
        answer = await client.post("/api/discover", headers={"Authorization": f"{scheme} {told}"})
        assert (answer.status_code, answer.text) == (200, kept.id)
        for query in ("key", "access_token", "authorization"):
            assert refusal(await client.post("/api/discover", params={query: told})) == (401, "key-missing")
        assert (await client.get("/api/batches/1")).text == "None"


@pytest.mark.parametrize(
    ("header", "slug"),
    [
        (None, "key-missing"),
        ("", "key-missing"),
        ("Bearer", "key-missing"),
        ("Bearer ", "key-missing"),
        ("Basic aHM6", "key-missing"),
        ("{key}", "key-missing"),
        ("Bearer hs_", "key-unknown"),
        ("Bearer {key}x", "key-unknown"),
        ("Bearer {key} {key}", "key-unknown"),
        ("Bearer {other}", "key-unknown"),
    ],
)
async def test_what_is_no_key_of_ours_is_refused_and_not_repeated(file: File, header: str | None, slug: str) -> None:
    key, kept = file.create(Scope.SUBMIT)
    other, _ = make("other", frozenset(Scope), at=now())
    given = header and header.format(key=key, other=other)
    async with app(Asked.SUBMIT, Keyring(file.path)) as client:
        with capture_logs() as said:
            answer = await client.post("/api/discover", headers={} if given is None else {"Authorization": given})
    assert refusal(answer) == (401, slug)
    assert answer.headers["www-authenticate"] == "Bearer"
    assert [(line["event"], line["reason"]) for line in said] == [("key.refused", slug)]
    for hidden in (key, other, key.rpartition("_")[2], kept.sha256):
        assert hidden not in answer.text + str(answer.headers) + json.dumps(said, default=str)


async def test_a_scope_that_is_missing_is_named(file: File) -> None:
    told, _ = file.create(Scope.READ, Scope.ADMIN)
    async with app(Asked.SUBMIT, Keyring(file.path)) as client:
        answer = await client.post("/api/discover", headers={"Authorization": f"Bearer {told}"})
    assert refusal(answer) == (403, "key-scope")
    assert answer.json()["errors"] == [{"field": "scope", "message": "`submit` is missing"}]


async def test_without_a_file_it_is_said_how_there_would_be_one() -> None:
    async with app(Asked.SUBMIT, None) as client:
        answer = await client.post("/api/discover", headers={"Authorization": "Bearer x"})
    assert refusal(answer) == (403, "keys-off")
    assert "heatstream keys create NAME --scope submit" in answer.json()["detail"]


@pytest.mark.parametrize(
    "route",
    [
        Route("/api/admin/secrets", lambda _: Response()),
        Route("/api/batches", lambda _: Response(), methods=["DELETE"]),
        Route("/api/discover", lambda _: Response(), methods=["GET", "POST"]),
    ],
)
def test_a_route_that_nobody_decided_about_is_not_served(route: Route) -> None:
    with pytest.raises(LookupError, match=f"who may use .*{route.path}"):
        behind_doors([route], Asked.OFF, None)


def test_a_route_that_needs_no_key_has_no_door() -> None:
    routes = [Route("/api/discover", lambda _: Response(), methods=["POST"]), Route("/", lambda _: Response())]
    assert [isinstance(route.app, Door) for route in behind_doors(routes, Asked.OFF, None)] == [False, False]


def test_who_asks_for_keys_says_where_they_are() -> None:
    with pytest.raises(ValidationError, match="HEATSTREAM_KEYS_FILE"):
        ApiSettings(keys=Asked.SUBMIT)
    assert ApiSettings(keys=Asked.ALL, keys_file="/keys").keys_path == Path("/keys")
    assert ApiSettings().keys_path is None


def test_each_setting_asks_for_more_than_the_one_before_and_always_of_administrators() -> None:
    asked = [one.scopes for one in Asked]
    assert asked == [{Scope.ADMIN}, {Scope.ADMIN, Scope.SUBMIT}, set(Scope)]
