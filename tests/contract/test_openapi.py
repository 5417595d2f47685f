"""The OpenAPI document and the gateway are one: routes, refusals, and shapes that a kept validator takes."""

from __future__ import annotations

import copy
import re
import tomllib
from typing import TYPE_CHECKING, Any, cast

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from services.api import meter
from services.api.app import routes
from services.api.keys.needs import NEEDS, Asked
from services.api.openapi import document
from services.api.openapi.document import ELSEWHERE, EVERYWHERE, Limits, openapi
from services.api.openapi.limits_page import limits_page
from services.api.openapi.operations import OPERATIONS
from services.api.openapi.page import POLICY, page
from services.api.openapi.problems_page import slugs
from services.api.problems import CATALOGUE, MEDIA_TYPE
from services.api.settings import ApiSettings
from services.runtime.keys.scope import Scope
from services.runtime.version import VERSION
from tests.contract.documents import ROOT, over_http

if TYPE_CHECKING:
    from collections.abc import Iterator

DOCUMENT = over_http()
#: What a test builds no gateway for: the routes only hold on to it.
NO_PART = cast("Any", None)
KEYS = {"key-missing", "key-unknown", "key-scope"}


def described() -> set[tuple[str, str]]:
    return {(path, method.upper()) for path, item in DOCUMENT["paths"].items() for method in item}


def served() -> set[tuple[str, str]]:
    every = routes(
        ApiSettings(), blobs=NO_PART, publisher=NO_PART, database=NO_PART, reads=NO_PART, hub=NO_PART, checks={}
    )
    told = [route for route in every if route.include_in_schema]  # the page is for people, and no contract
    return {(route.path, method) for route in told for method in route.methods or ()}


def operations() -> Iterator[dict[str, Any]]:
    for item in DOCUMENT["paths"].values():
        yield from item.values()


def test_the_document_names_every_route_and_no_other() -> None:
    assert described() == {(path, method) for path, method in served() if method != "HEAD"}


def test_every_route_stands_in_the_table_of_who_may_use_it_and_nothing_else_does() -> None:
    every = routes(
        ApiSettings(), blobs=NO_PART, publisher=NO_PART, database=NO_PART, reads=NO_PART, hub=NO_PART, checks={}
    )
    there = {f"{method} {route.path}" for route in every for method in (route.methods or set()) - {"HEAD"}}
    assert there == set(NEEDS)
    assert {address for address in there if "admin" in address} == {
        address for address, need in NEEDS.items() if need is Scope.ADMIN
    }


def test_what_the_meter_tells_apart_is_there() -> None:
    assert {f"POST {meter.SUBMIT}", f"POST {meter.DISCOVER}"} <= set(NEEDS)
    for free in meter.FREE:
        assert any(address.startswith(f"GET {free}") for address in NEEDS)
    streams = {address for address in NEEDS if address.endswith(meter.STREAM_END)}
    assert streams == {"GET /api/events", "GET /api/batches/{batch_id}/events"}


@pytest.mark.parametrize("asked", Asked)
def test_every_operation_says_whether_it_wants_a_key(asked: Asked) -> None:
    schemes = DOCUMENT["components"]["securitySchemes"]
    for path, item in openapi("0", Limits(15, 25), asked)["paths"].items():
        for method, operation in item.items():
            need = NEEDS[f"{method.upper()} {path}"]
            wanted = [] if need is None else [{"key": [need]}] if need in asked.scopes else [{}, {"key": [need]}]
            assert operation["security"] == wanted
            assert {name for one in wanted for name in one} <= set(schemes)
            on_key = {slug for slug in slugs(operation) if slug.startswith("key")}
            assert on_key == (set() if need is None else KEYS | ({"keys-off"} if need is Scope.ADMIN else set()))


def test_what_is_got_can_be_asked_for_by_head_as_the_document_says() -> None:
    assert {path for path, method in served() if method == "HEAD"} == {
        path for path, method in described() if method == "GET"
    }


def test_every_refusal_stands_in_the_document_under_its_status_and_no_other_does() -> None:
    named = {slug for operation in operations() for slug in slugs(operation)}
    assert named | set(ELSEWHERE) == set(CATALOGUE)
    for operation in operations():
        assert set(EVERYWHERE) <= set(slugs(operation))
        for status, answer in operation["responses"].items():
            assert {CATALOGUE[slug][0] for slug in slugs({"responses": {status: answer}})} <= {int(status)}


def test_a_refusal_that_no_catalogue_has_cannot_be_described(monkeypatch: pytest.MonkeyPatch) -> None:
    known = {slug: told for slug, told in CATALOGUE.items() if slug != "bad-cursor"}
    monkeypatch.setattr(document, "CATALOGUE", known)
    with pytest.raises(ValueError, match="bad-cursor"):
        openapi("0", Limits(15, 25))


def test_refusals_are_problem_json_and_answers_are_not() -> None:
    for operation in operations():
        for status, answer in operation["responses"].items():
            assert (MEDIA_TYPE in answer.get("content", {})) is bool(slugs({"responses": {status: answer}}))


def test_the_validator_takes_the_document() -> None:
    assert [error.message for error in OpenAPIV31SpecValidator(DOCUMENT).iter_errors()] == []


@pytest.mark.parametrize(
    "broken",
    [
        {"openapi": 3.1},
        {"info": {"title": "Heatstream"}},
        {"servers": "here"},
        {"paths": {"/": {"get": {"responses": {"nine": {"description": ""}}}}}},
        {"paths": {"/{code}": {"get": {"responses": {"200": {"description": ""}}}}}},
    ],
)
def test_the_validator_finds_what_is_broken(broken: dict[str, Any]) -> None:
    assert list(OpenAPIV31SpecValidator({**copy.deepcopy(DOCUMENT), **broken}).iter_errors())


def test_what_is_in_a_path_is_a_parameter_and_names_are_there_once() -> None:
    for operation in OPERATIONS:
        in_path = {parameter.name for parameter in operation.parameters if parameter.place == "path"}
        assert in_path == set(re.findall(r"\{(\w+)\}", operation.path))
    assert len({operation.name for operation in OPERATIONS}) == len(OPERATIONS)


def test_the_version_is_the_projects() -> None:
    assert tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"] == VERSION


def test_the_limits_are_the_settings() -> None:
    schemas = openapi("0", Limits(7, 3))["components"]["schemas"]
    assert schemas["SubmitRequest"]["properties"]["urls"]["maxItems"] == 7
    assert "3 MB" in schemas["SubmitForm"]["properties"]["pdfs"]["description"]


def test_the_page_of_limits_has_every_setting_that_is_one() -> None:
    said = set(re.findall(r"`HEATSTREAM_(\w+)`", limits_page()))
    limits = {
        name for name in ApiSettings.model_fields if re.search(r"^max_pdf|_a_minute$|_at_once$|^body_|_an_", name)
    }
    assert limits <= {name.lower() for name in said}
    assert {name.lower() for name in said} <= set(ApiSettings.model_fields)


def test_the_page_shows_all_of_it_without_a_script_or_a_foreign_address() -> None:
    html = page(DOCUMENT)
    for operation in OPERATIONS:
        assert f'id="{operation.name}"' in html
        assert f"<code>{operation.path}</code>" in html
    assert [slug for slug in CATALOGUE if f'id="{slug}"' not in html] == []
    assert not re.search(r"<script|\son\w+=|style=|\ssrc=|url\(|https?://", html)
    targets = re.findall(r'href="#([^"]+)"', html)
    ids = re.findall(r'id="([^"]+)"', html)
    assert set(targets) <= set(ids)
    assert len(ids) == len(set(ids))
    assert "unsafe" not in POLICY


def test_the_page_is_text_where_the_document_has_marks() -> None:
    marked = copy.deepcopy(DOCUMENT)
    marked["info"]["description"] = "<script>alert(1)</script> `<b>`"
    assert "<script" not in page(marked)
