from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

import services.api
import services.runtime.blobs
from schema import admission
from schema.errors import Rejected
from schema.views import Problem
from services.api.guard import Guard
from services.api.problems import _AWAY, CATALOGUE, HANDLERS, MEDIA_TYPE, Unavailable, problem

if TYPE_CHECKING:
    from starlette.requests import Request

SOURCES = [*Path(services.api.__file__).parent.rglob("*.py"), Path(services.runtime.blobs.__file__)]
RULES = Path(admission.__file__).read_text()


def test_every_slug_that_is_raised_is_in_the_catalogue_and_none_is_idle() -> None:
    text = "\n".join(source.read_text() for source in SOURCES)
    said = re.findall(r'(?:Rejected|Unavailable|TooMany|needing|problem|__init__)\(\s*"([a-z-]+)"', text)
    # A batch that nobody knows is `not-found` here: the reads say so before the rules are asked.
    refused = {reason.replace("_", "-") for reason in re.findall(r'Refusal\("(\w+)"', RULES)} - {"unknown-batch"}
    assert {*said, *refused} == set(CATALOGUE)


def test_every_absent_part_has_its_sentence() -> None:
    assert set(_AWAY) == {slug for slug, (status, _) in CATALOGUE.items() if status == 503}


@pytest.mark.parametrize("slug", CATALOGUE)
def test_a_problem_is_one_that_clients_can_read(slug: str) -> None:
    response = problem(slug, "do this", (("swimmer", "is blank"),))
    read = Problem.model_validate_json(bytes(response.body))
    assert (read.type, read.status, read.detail) == (f"/problems/{slug}", response.status_code, "do this")
    assert read.errors == ({"field": "swimmer", "message": "is blank"},)
    assert response.headers["content-type"] == "application/problem+json"


async def ask(failure: Exception | None, **headers: str) -> httpx2.Response:
    async def show(_: Request) -> Response:
        if failure is not None:
            raise failure
        return Response("fine")

    app = Guard(Starlette(routes=[Route("/", show)], exception_handlers=HANDLERS))
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://test") as client:
        return await client.get("/", headers=headers)


async def test_a_bug_is_a_problem_without_its_secrets() -> None:
    answer = await ask(RuntimeError("Maya Lindqvist"))
    assert (answer.status_code, answer.headers["content-type"]) == (500, MEDIA_TYPE)
    assert Problem.model_validate_json(answer.content).type == "/problems/internal"
    assert "Maya" not in answer.text


@pytest.mark.parametrize("failure", [None, Rejected("not-found", "x"), Unavailable("shutting-down"), RuntimeError("x")])
async def test_every_answer_has_a_request_id(failure: Exception | None) -> None:
    assert (await ask(failure)).headers["x-request-id"]


@pytest.mark.parametrize(("given", "kept"), [("trace-7.a", True), ("a b", False), ("x" * 129, False), ("", False)])
async def test_a_plain_request_id_is_echoed(given: str, kept: bool) -> None:  # noqa: FBT001 - a parameter of the test
    echoed = (await ask(None, **{"X-Request-Id": given})).headers["x-request-id"]
    assert (echoed == given) is kept
