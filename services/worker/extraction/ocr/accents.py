"""Marks on letters that a recogniser without the sheet's language leaves out, put back on the words of sheets."""

from __future__ import annotations

import re
from dataclasses import fields
from functools import cache

from services.worker.extraction.layouts.words import Words, languages
from services.worker.extraction.names import normalize

#: Shorter ones may be parts of names and codes.
_WORD = re.compile(r"[^\W\d_]{4,}")


def restored(line: str) -> str:
    """`Marz` as `März`; what a search makes of a name stays the same."""
    return _WORD.sub(_accented, line)


def _accented(found: re.Match[str]) -> str:
    seen = found[0]
    word = _words().get(seen.lower()) if seen.isascii() else None
    if word is None:
        return seen
    if seen.isupper():
        return word.upper()
    return word.capitalize() if seen[0].isupper() else word


@cache
def _words() -> dict[str, str]:
    """The words with marks, by how they look without; not where that is a word, too, or where two look alike."""
    known = {part for words in languages() for entry in _entries(words) for part in _WORD.findall(entry)}
    plain = {word: normalize(word) for word in known if not word.isascii()}
    looks = list(plain.values())
    return {look: word for word, look in plain.items() if look not in known and looks.count(look) == 1}


def _entries(words: Words) -> list[str]:
    tables = (getattr(words, field.name) for field in fields(words))
    return [entry for table in tables if isinstance(table, tuple) for entry in table if isinstance(entry, str)]
