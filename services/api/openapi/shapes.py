"""JSON Schemas in words of HTML."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from services.api.openapi.parts import Document

_BOUNDS = {"minimum": "from", "maximum": "to", "minItems": "at least", "maxItems": "at most", "maxLength": "up to"}
_COUNTED = {"minItems": " members", "maxItems": " members", "maxLength": " characters"}
_LARGEST = 2**31 - 1
_WORDS = {"string": "text", "boolean": "yes or no"}


def anchor(name: str) -> str:
    return f"shape-{escape(name)}"


def table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """The cells are HTML."""
    head = "".join(f"<th scope='col'>{escape(text)}</th>" for text in heads)
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<div class='wide'><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"


def shape(schema: Document) -> str:
    """What a value is, in a line, with links to the shapes that it refers to."""
    bounds = [
        f"{word} {schema[name]}{_COUNTED.get(name, '')}"
        for name, word in _BOUNDS.items()
        if name in schema and schema[name] != _LARGEST
    ]
    return ", ".join((_kind(schema), *bounds))


def _kind(schema: Document) -> str:
    match schema:
        case {"$ref": str(ref)}:
            name = ref.rsplit("/", 1)[-1]
            kind = f'<a href="#{anchor(name)}">{escape(name)}</a>'
        case {"allOf": [whole, *_]}:
            kind = shape(whole)
        case {"enum": values}:
            kind = " | ".join(f"<code>{escape(str(value))}</code>" for value in values)
        case {"type": "array", "items": items}:
            kind = f"list of {shape(items)}"
        case {"anyOf": choices}:
            kind = " or ".join(shape(choice) for choice in choices)
        case {"type": "string", "format": told} | {"type": "string", "contentMediaType": told}:
            kind = escape(str(told))
        case _:
            name = str(schema.get("type", "any"))
            kind = _WORDS.get(name, name)
    return kind
