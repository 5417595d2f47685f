from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import orjson

from services.worker.extraction.names import normalize, other_keys, unordered

if TYPE_CHECKING:
    from collections.abc import Iterator

_WORD = re.compile(r"\w+")


class Swimmer:
    """A name in any of its spellings, as a sheet is searched for it: case, accents, order of words, initials."""

    def __init__(self, name: str) -> None:
        self._keys = _keys(name)

    def is_called(self, name: str) -> bool:
        return not self._keys.isdisjoint(_keys(name))

    def is_whose(self, body: bytes) -> bool:
        """Whether a message, command, job or events, says that it is about this swimmer."""
        return any(self.is_called(name) for name in _named(_json(body)))

    def is_named_in(self, body: bytes) -> bool:
        """Whether all words of the name stand together in one text of a message, which may mean somebody else."""
        document = _json(body)
        return self.is_named_by(body.decode(errors="replace") if document is None else document)

    def is_named_by(self, document: Any) -> bool:  # noqa: ANN401 - plain values of JSON
        """The same of a document: `["maya-lindqvist.pdf"]` does, and so does `Maya Lindqvist Berg`."""
        return any(
            set(key.split()) <= words
            for words in ({normalize(word) for word in _WORD.findall(text)} for text in _texts(document))
            for key in self._keys
        )


def _keys(name: str) -> frozenset[str]:
    key = normalize(name)
    return frozenset(unordered(one) for one in (key, *other_keys(name, key)))


def _json(body: bytes) -> Any:  # noqa: ANN401 - whatever a stranger wrote
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return None


def _named(document: Any) -> Iterator[str]:  # noqa: ANN401 - the same
    """What stands as `swimmer_name` in a command or a job, or in the data of events."""
    for part in document if isinstance(document, list) else [document]:
        for holder in (part, part.get("data")) if isinstance(part, dict) else ():
            if isinstance(holder, dict) and isinstance(name := holder.get("swimmer_name"), str):
                yield name


def _texts(document: Any) -> Iterator[str]:  # noqa: ANN401 - the same
    left = [document]
    while left:
        match left.pop():
            case str() as text:
                yield text
            case list() as items:
                left.extend(items)
            case dict() as members:
                left.extend(members.values())
