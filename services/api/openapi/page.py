"""The document as one page for people: no script, nothing loaded from anywhere."""

from __future__ import annotations

import base64
import hashlib
import re
from html import escape
from typing import TYPE_CHECKING

from services.api.openapi.shapes import anchor, shape, table
from services.api.problems import CATALOGUE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from services.api.openapi.parts import Document

_STYLE = """
:root { color-scheme: light dark; --line: light-dark(#d5d9de, #3a4048); --soft: light-dark(#f4f6f8, #1d2126) }
body { font: 16px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 60rem; padding: 1rem;
  background: light-dark(#fff, #14171a); color: light-dark(#1a1d21, #e4e7ea) }
a { color: light-dark(#0b57c2, #8ab8ff) }
code, pre { font: 0.875em/1.5 ui-monospace, monospace; overflow-wrap: anywhere }
pre { background: var(--soft); border: 1px solid var(--line); overflow-x: auto; padding: 0.5rem 0.75rem }
section { border-top: 1px solid var(--line); padding: 0.5rem 0 }
h3 code:first-child { text-transform: uppercase; font-weight: 700; margin-right: 0.5rem }
div.wide { overflow-x: auto }
table { border-collapse: collapse; width: 100%; margin: 0.5rem 0 }
th, td { border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; padding: 0.25rem 0.5rem }
td ul, td p { margin: 0 }
:target { background: var(--soft) }
"""
_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
POLICY = f"default-src 'none'; style-src 'sha256-{_HASH}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


def page(document: Document) -> str:
    return "\n".join(_lines(document))


def prose(text: str) -> str:
    """What descriptions use of Markdown: paragraphs, lists, and code between backticks."""
    blocks = []
    for block in filter(None, text.strip().split("\n\n")):
        lines = [re.sub(r"`([^`]*)`", r"<code>\1</code>", escape(line)) for line in block.splitlines()]
        if all(line.startswith("- ") for line in lines):
            blocks.append("<ul>" + "".join(f"<li>{line[2:]}</li>" for line in lines) + "</ul>")
        else:
            blocks.append(f"<p>{' '.join(lines)}</p>")
    return "".join(blocks)


def _lines(document: Document) -> Iterator[str]:
    info = document["info"]
    yield '<!doctype html><html lang="en"><head><meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>{escape(info['title'])} over HTTP</title><style>{_STYLE}</style></head><body>"
    yield f"<h1>{escape(info['title'])} over HTTP</h1>{prose(info['description'])}"
    yield f'<p>Version {escape(info["version"])}, also as <a href="/openapi.json">OpenAPI</a>.</p><main>'
    operations = [
        (path, method, operation) for path, item in document["paths"].items() for method, operation in item.items()
    ]
    yield "<nav aria-label='Operations'>"
    for tag in (tag["name"] for tag in document["tags"]):
        yield f"<h2>{escape(tag).capitalize()}</h2><ul>"
        for _, _, operation in operations:
            if tag in operation["tags"]:
                yield f'<li><a href="#{operation["operationId"]}">{escape(operation["summary"])}</a></li>'
        yield "</ul>"
    yield "</nav><h2>Operations</h2>"
    for path, method, operation in operations:
        yield from _operation(path, method, operation)
    yield "<h2>Shapes</h2>"
    for name, schema in sorted(document["components"]["schemas"].items()):
        yield f'<section id="{anchor(name)}"><h3>{escape(name)}</h3>{prose(schema.get("description", ""))}'
        yield f"{_members(schema)}</section>"
    yield "<h2>Refusals</h2>"
    rows = (
        (f'<code id="{slug}">{slug}</code>', str(status), escape(title)) for slug, (status, title) in CATALOGUE.items()
    )
    yield table(("slug", "status", "what it says"), rows)
    yield "</main></body></html>"


def _operation(path: str, method: str, operation: Document) -> Iterator[str]:
    yield f'<section id="{operation["operationId"]}"><h3><code>{method}</code> <code>{escape(path)}</code></h3>'
    yield f"<p><b>{escape(operation['summary'])}.</b></p>{prose(operation.get('description', ''))}"
    yield f"<pre>{escape(_command(path, method, operation))}</pre>"
    for wanted in filter(None, operation["security"]):
        often = " where this gateway asks for one" if {} in operation["security"] else ""
        yield f"<p>With a key of the scope <code>{escape(*wanted['key'])}</code>{often}.</p>"
    if parameters := operation.get("parameters"):
        rows = (
            (f"<code>{escape(one['name'])}</code>", one["in"], shape(one["schema"]), prose(one["description"]))
            for one in parameters
        )
        yield table(("parameter", "in", "what", ""), rows)
    if body := operation.get("requestBody"):
        bodies = ((f"<code>{media}</code>", shape(content["schema"])) for media, content in body["content"].items())
        yield table((f"body ({'required' if body['required'] else 'may be left out'})", "what"), bodies)
    answers = (
        (
            status,
            prose(answer["description"]),
            "<br>".join(
                f"<code>{media}</code> {shape(content['schema'])}"
                for media, content in answer.get("content", {}).items()
            ),
        )
        for status, answer in operation["responses"].items()
    )
    yield table(("status", "when", "body"), answers)
    yield "</section>"


def _command(path: str, method: str, operation: Document) -> str:
    """The request for a shell, with the address in `$HEATSTREAM_API_URL`."""
    command = "curl -i" if method == "get" else f"curl -i -X {method.upper()}"
    if operation["security"] and {} not in operation["security"]:
        command += ' -H "Authorization: Bearer $HEATSTREAM_KEY"'
    types = operation.get("requestBody", {}).get("content", {})
    if "multipart/form-data" in types and path.endswith("/batches"):
        command += " -F swimmer='Maya Lindqvist' -F pdfs=@examples/sprint-night.pdf"
    elif "application/json" in types:
        command += " --json '{…}'"
    return f'{command} "$HEATSTREAM_API_URL{path}"'


def _members(schema: Document) -> str:
    if "properties" not in schema:
        return f"<p>{shape(schema)}</p>"
    required = schema.get("required", ())
    rows = (
        (
            f"<code>{escape(name)}</code>",
            "always" if name in required else "",
            shape(member) + prose(member.get("description", "")),
        )
        for name, member in schema["properties"].items()
    )
    return table(("member", "", "what"), rows)
