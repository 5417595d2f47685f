from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from schema.json_schemas import shared_schemas
from schema.requests import SubmitForm, SubmitRequest
from schema.views import Problem
from services.api.keys.needs import NEEDS, Asked
from services.api.meter import FREE
from services.api.openapi.operations import OPERATIONS
from services.api.problems import CATALOGUE, MEDIA_TYPE, TYPE_PREFIX
from services.runtime.keys.scope import Scope

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pydantic import BaseModel

    from services.api.openapi.parts import Answer, Document, Operation, Parameter

OPENAPI_VERSION = "3.1.0"
#: What any address may answer.
EVERYWHERE = ("bad-http", "too-slow", "head-too-large", "internal")
#: And any that is no health page.
METERED = ("too-many-requests", "too-many-connections")
#: What an address answers to a method that it does not have.
ELSEWHERE = ("method-not-allowed",)
#: Statuses that say when to come back.
LATER = (429, 503)
_SCHEMAS = "#/components/schemas/{model}"
_DESCRIPTION = f"""\
Hand in heat sheets and the names of swimmers; see how the reading goes; get a schedule, a share link and a calendar.

Every refusal is `{MEDIA_TYPE}` (RFC 9457): the slug at the end of its `type` is stable, `detail` says what to do. \
An address answers HEAD as GET, without the body, and a method that it does not have with 405. \
What one network's address may ask for is bounded: answers say what is left of it in `RateLimit`, and a 429 in \
`Retry-After` when to come back. JSON and calendars are compressed for who takes gzip.

Who has a batch's id, or the code of a share link, may read it: keep them to whom they are for. Whoever runs a gateway \
may ask for a key as well, and for `/api/admin` every gateway does.
"""
_KEY = "A key that `heatstream keys create` made, with the scope that an operation names; in this header, nowhere else."
_HEADERS = {
    "X-Request-Id": "The request, as its sender called it or by a new id. It stands in the log, and in what follows.",
    "ETag": "This very answer: send it as `If-None-Match`.",
    "Link": "Where to go on (RFC 8288): `results`, `events`, `calendar`, `up`, `next`.",
    "Location": "Where to look.",
    "traceparent": "As its sender gave it, where that was one (W3C Trace Context).",
    "Retry-After": "Seconds after which the same request may work.",
    "RateLimit-Policy": "What one address may ask for: `q` in `w` seconds (draft-ietf-httpapi-ratelimit-headers).",
    "RateLimit": "What is left of it: `r` now, all of it or enough in `t` seconds.",
}


@dataclass(frozen=True, slots=True)
class Limits:
    """What a gateway's settings allow."""

    pdfs: int
    pdf_mb: int


def openapi(version: str, limits: Limits, asked: Asked = Asked.OFF) -> Document:
    """`version` is the software's, `asked` for what this gateway wants a key."""
    paths: defaultdict[str, Document] = defaultdict(dict)
    for operation in OPERATIONS:
        paths[operation.path][operation.method] = _operation(operation, asked)
    return {
        "openapi": OPENAPI_VERSION,
        "info": {"title": "Heatstream", "version": version, "description": _DESCRIPTION},
        "servers": [{"url": "/"}],
        "tags": [{"name": tag} for tag in dict.fromkeys(operation.tag for operation in OPERATIONS)],
        "paths": dict(paths),
        "components": {
            "schemas": _schemas(limits),
            "headers": {name: {"description": text, "schema": {"type": "string"}} for name, text in _HEADERS.items()},
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer", "description": _KEY}},
            "responses": {str(status): _problems(status, slugs) for status, slugs in _by_status(ELSEWHERE).items()},
        },
    }


def _operation(operation: Operation, asked: Asked) -> Document:
    need = NEEDS[f"{operation.method.upper()} {operation.path}"]
    made: Document = {"operationId": operation.name, "tags": [operation.tag], "summary": operation.summary}
    if operation.description:
        made["description"] = operation.description
    if operation.parameters:
        made["parameters"] = [_parameter(parameter) for parameter in operation.parameters]
    if operation.body:
        content = {media_type: _content(model) for media_type, model in operation.body.items()}
        made["requestBody"] = {"required": operation.body_required, "content": content}
    answers = {str(answer.status): _answer(answer) for answer in operation.answers}
    made["security"] = _security(need, asked)
    refusals = _by_status((*operation.problems, *_on_key(need), *anywhere(operation.path))).items()
    made["responses"] = {**answers, **{str(status): _problems(status, slugs) for status, slugs in refusals}}
    return made


def _security(need: Scope | None, asked: Asked) -> list[Document]:
    """Nothing for everybody; a scope, as a role of the key; and `{}`, nothing, beside one that is not asked for."""
    if need is None:
        return []
    wanted: Document = {"key": [need.value]}
    return [wanted] if need in asked.scopes else [{}, wanted]


def _on_key(need: Scope | None) -> tuple[str, ...]:
    """How an operation refuses a key: where the gateway asks for one."""
    if need is None:
        return ()
    return ("key-missing", "key-unknown", "key-scope", *(("keys-off",) if need is Scope.ADMIN else ()))


def anywhere(path: str) -> tuple[str, ...]:
    """What an address may refuse whatever it is for."""
    return EVERYWHERE if path.startswith(FREE) else (*EVERYWHERE, *METERED)


def _content(model: type[BaseModel]) -> Document:
    files = {"encoding": {"pdfs": {"contentType": "application/pdf"}}} if model is SubmitForm else {}
    return {"schema": _ref(model), **files}


def _parameter(parameter: Parameter) -> Document:
    return {
        "name": parameter.name,
        "in": parameter.place,
        **({"required": True} if parameter.required or parameter.place == "path" else {}),
        "description": parameter.description,
        "schema": parameter.schema,
    }


def _answer(answer: Answer) -> Document:
    made: Document = {"description": answer.description, "headers": _headers(*answer.headers)}
    if answer.content:
        made["content"] = {
            media_type: {"schema": shape if isinstance(shape, dict) else _ref(shape)}
            for media_type, shape in answer.content.items()
        }
    return made


def _problems(status: int, slugs: Iterable[str]) -> Document:
    """The refusals of one status."""
    titles = {slug: CATALOGUE[slug][1] for slug in slugs}
    types = {"properties": {"type": {"enum": [f"{TYPE_PREFIX}{slug}" for slug in titles]}}}
    later = ("Retry-After",) if status in LATER else ()
    limited = ("RateLimit-Policy", "RateLimit") if METERED[0] in titles else ()
    return {
        "description": "\n".join(f"- `{slug}`: {title}." for slug, title in titles.items()),
        "headers": _headers(*later, *limited),
        "content": {MEDIA_TYPE: {"schema": {"allOf": [_ref(Problem), types]}}},
    }


def _by_status(slugs: Iterable[str]) -> Mapping[int, list[str]]:
    found: defaultdict[int, list[str]] = defaultdict(list)
    for slug in sorted(set(slugs), key=list(CATALOGUE).index):
        found[CATALOGUE[slug][0]].append(slug)
    return found


def _headers(*names: str) -> Document:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in ("X-Request-Id", "traceparent", *names)}


def _ref(model: type[BaseModel]) -> Document:
    return {"$ref": _SCHEMAS.format(model=model.__name__)}


def _schemas(limits: Limits) -> Document:
    made = shared_schemas(dict.fromkeys((*_models(), Problem)), _SCHEMAS)
    form, request = made[SubmitForm.__name__]["properties"], made[SubmitRequest.__name__]["properties"]
    for sources in (form["pdfs"], form["urls"], request["urls"]):
        sources["maxItems"] = limits.pdfs
    form["pdfs"]["description"] = f"Each of at most {limits.pdf_mb} MB; {limits.pdfs} with the links together."
    return made


def _models() -> Iterator[type[BaseModel]]:
    for operation in OPERATIONS:
        yield from operation.body.values()
        for answer in operation.answers:
            yield from (shape for shape in answer.content.values() if not isinstance(shape, dict))
