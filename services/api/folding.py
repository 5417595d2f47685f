from __future__ import annotations

import re
import unicodedata

_WORDS = re.compile(r"[^\W_]+")


def fold_name(name: str) -> str:
    """One key for the spellings of a person's name, `Last, First` too; never empty for a name that has a character."""
    last, comma, first = name.partition(",")
    return fold(f"{first} {last}" if comma else name) or name.casefold()


def fold(text: str | None) -> str:
    """The words of a text in one spelling: without case, accents and marks, a blank between two. None has no words."""
    plain = (text or "").casefold()
    if not plain.isascii():  # most texts are, and need none of this
        plain = "".join(c for c in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(c))
    return " ".join(_WORDS.findall(plain))
