from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import orjson
import pytest

import services.api
import services.runtime.blobs
from schema.errors import Rejected
from schema.views import Problem
from services.api.guard import Guard
from services.api.problems import _AWAY, CATALOGUE, problem

if TYPE_CHECKING:
    from starlette.types import Message, Receive, Scope, Send

SOURCES = [*Path(services.api.__file__).parent.rglob("*.py"), Path(services.runtime.blobs.__file__)]


def test_every_slug_that_is_raised_is_in_the_catalogue_and_none_is_idle() -> None:
    text = "\n".join(source.read_text() for source in SOURCES)
    said = re.findall(r'(?:Rejected|Unavailable|needing|problem|__init__)\(\s*"([a-z-]+)"', text)
    assert set(said) == set(CATALOGUE)


def test_every_absent_part_has_its_sentence() -> None:
    assert set(_AWAY) == {slug for slug, (status, _) in CATALOGUE.items() if status == 503}


@pytest.mark.parametrize("slug", CATALOGUE)
def test_a_problem_is_one_that_clients_can_read(slug: str) -> None:
    response = problem(slug, "do this", (("swimmer", "is blank"),))
    read = Problem.model_validate_json(bytes(response.body))
    assert (read.type, read.status, read.detail) == (f"/problems/{slug}", response.status_code, "do this")
    assert read.errors == ({"field": "swimmer", "message": "is blank"},)
    assert response.headers["content-type"] == "application/problem+json"


async def _ask(failure: Exception, headers: tuple[tuple[bytes, bytes], ...] = ()) -> list[Message]:
    said: list[Message] = []

    async def fail(_: Scope, __: Receive, ___: Send) -> None:
        raise failure

    async def receive() -> Message:
        raise AssertionError

    async def send(message: Message) -> None:
        said.append(message)

    await Guard(fail)({"type": "http", "method": "GET", "path": "/", "headers": list(headers)}, receive, send)
    return said


async def test_a_bug_is_a_problem_without_its_secrets() -> None:
    start, body = await _ask(RuntimeError("Maya Lindqvist"))
    assert start["status"] == 500
    assert orjson.loads(body["body"])["type"] == "/problems/internal"
    assert b"Maya" not in body["body"]


@pytest.mark.parametrize(("given", "kept"), [(b"trace-7.a", True), (b"a b", False), (b"x" * 129, False), (b"", False)])
async def test_a_plain_request_id_is_echoed(given: bytes, kept: bool) -> None:  # noqa: FBT001 - a parameter of the test
    start, _ = await _ask(Rejected("not-found", "x"), ((b"x-request-id", given),))
    echoed = dict(start["headers"])[b"x-request-id"]
    assert (echoed == given) is kept
    assert echoed
