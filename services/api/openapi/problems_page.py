from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from services.api.openapi.document import ELSEWHERE, EVERYWHERE, METERED
from services.api.problems import CATALOGUE, TYPE_PREFIX

if TYPE_CHECKING:
    from services.api.openapi.parts import Document

_HEAD = """\
# Refusals

Generated from the catalogue in `services/api/problems.py`: change that, and run `make contract`.

The gateway refuses by `application/problem+json` (RFC 9457). Rely on the slug at the end of `type`; `detail` is a \
sentence for people that says what to do, and `errors` names the fields that are wrong. After a 429 or a 503 the same \
request may work in the seconds that `Retry-After` names.

| slug | status | what it says | answered by |
|---|---|---|---|
"""


def problems_page(document: Document) -> str:
    """Markdown: each slug, and the operations that refuse with it."""
    by: defaultdict[str, list[str]] = defaultdict(list)
    for path, item in document["paths"].items():
        for method, operation in item.items():
            for slug in slugs(operation):
                by[slug].append(f"`{method.upper()} {path}`")
    rows = (
        f"| `{slug}` | {status} | {title} | {_told(slug, by[slug])} |" for slug, (status, title) in CATALOGUE.items()
    )
    return _HEAD + "\n".join(rows) + "\n"


def slugs(operation: Document) -> list[str]:
    """What an operation of the document refuses with."""
    return [
        name.removeprefix(TYPE_PREFIX)
        for answer in operation["responses"].values()
        for content in answer.get("content", {}).values()
        for part in content["schema"].get("allOf", ())
        for name in part.get("properties", {}).get("type", {}).get("enum", ())
    ]


def _told(slug: str, operations: list[str]) -> str:
    if slug in (*EVERYWHERE, *ELSEWHERE):
        return "every address"
    if slug in METERED:
        return "every address but `/health/…`"
    return "<br>".join(operations)
