"""What schemathesis cannot know from the document: ids that there are, a site to look through, bytes that are a PDF.

It runs in a process of its own; `HEATSTREAM_FUZZED` says what there is.
"""

from __future__ import annotations

import json
import os
import re
import zlib
from typing import TYPE_CHECKING, Any
from uuid import UUID

import schemathesis
from pydantic import TypeAdapter, ValidationError

from schema.requests import MOST_SWIMMERS, Link
from services.api.folding import fold_name
from services.api.paths import LONGEST_WAIT_SECONDS
from services.api.settings import ApiSettings

if TYPE_CHECKING:
    from schemathesis import Case, HookContext

FUZZED: dict[str, list[str]] = json.loads(os.environ["HEATSTREAM_FUZZED"])
LINK: TypeAdapter[str] = TypeAdapter(Link)
#: One in so many stays as it was made, and is what nobody knows.
STRANGER_IN = 5
#: No JSON Schema lists the names of zones: they come and go.
ZONES = ("Europe/Berlin", "America/New_York", "UTC")
MOST_SOURCES = ApiSettings.model_construct().max_pdfs


schemathesis.serializer.alias("application/pdf", "application/octet-stream")


@schemathesis.hook
def before_call(_: HookContext, case: Case[Any], __: dict[str, Any]) -> None:
    """Lead what is well made to what there is. What is made to be refused stays as it is."""
    path = case.path_parameters
    _lead(path)
    is_positive = case.meta is None or case.meta.generation.mode.is_positive
    if is_positive:
        _be_somewhere(case)
    body = case.body
    if isinstance(body, dict) and case.operation.path == "/api/batches":
        if is_positive:
            _be_pdfs(body)
            _name_once(body)
    elif isinstance(body, dict) and _is_link(link := str(body.get("url"))):
        body["url"] = _known("url", link, strangers=False)
    query = case.query or {}
    if case.operation.path == "/api/events" and query.get("batch") and all(map(_is_id, query["batch"])):
        query["batch"] = FUZZED["over"]  # any other stream would not end
        case.headers.pop("Last-Event-ID", None)  # no JSON Schema says that there are as many cursors as batches
        query.pop("last_event_id", None)
    if case.operation.label == "GET /api/batches/{batch_id}/events" and path.get("batch_id") in FUZZED["over"]:
        case.headers["Accept"] = "text/event-stream"
    _wait_a_second(case)


def _lead(path: dict[str, Any]) -> None:
    for name in ("batch_id", "job_id"):
        if name in path and _is_id(path[name]):
            path[name] = _known(name, path[name])
    if path.get("job_id") in FUZZED["job_id"] and path["batch_id"] in FUZZED["batch_id"]:
        path["batch_id"] = FUZZED["failed"][0]
    if re.fullmatch(r"[0-9a-z]{12}", str(path.get("code", ""))):
        path["code"] = _known("code", path["code"])


def _be_somewhere(case: Case[Any]) -> None:
    if case.query and "tz" in case.query:
        case.query["tz"] = ZONES[zlib.crc32(str(case.query["tz"]).encode()) % len(ZONES)]


def _wait_a_second(case: Case[Any]) -> None:
    """Instead of longer, where it is well made."""
    if str((case.query or {}).get("wait")) in map(str, range(1, LONGEST_WAIT_SECONDS + 1)):
        case.query["wait"] = 1


def _is_id(text: object) -> bool:
    try:
        return str(UUID(str(text))) == text
    except ValueError:
        return False


def _is_link(text: str) -> bool:
    try:
        LINK.validate_python(text)
    except ValidationError:
        return False
    return True


def _known(name: str, made: str, *, strangers: bool = True) -> str:
    number = zlib.crc32(made.encode())
    if strangers and number % STRANGER_IN == 0:
        return made
    return FUZZED[name][number // STRANGER_IN % len(FUZZED[name])]


def _be_pdfs(body: dict[str, Any]) -> None:
    """Files that begin like a PDF; and no JSON Schema says how many two members may have together."""
    if isinstance(pdfs := body.get("pdfs"), list):
        pdfs[:] = [f"%PDF-1.7\n{pdf}" for pdf in pdfs]
        body["urls"] = body.get("urls", [])[: MOST_SOURCES - len(pdfs)]


def _name_once(body: dict[str, Any]) -> None:
    """No JSON Schema says that two names are one swimmer's, nor counts them in two members."""
    alone = body.get("swimmer")
    seen = {fold_name(alone)} if isinstance(alone, str) else set[str]()
    swimmers = body.get("swimmers") if isinstance(alone, str | None) else alone
    if isinstance(swimmers, list):
        named = {fold_name(name): name for name in swimmers if fold_name(name) not in seen}
        swimmers[:] = list(named.values())[: MOST_SWIMMERS - len(seen)]
