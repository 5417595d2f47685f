from __future__ import annotations

import unicodedata

#: They turn the direction of what follows, and so can make a line read as something else.
_DIRECTIONS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_LINE_ENDS = ("Cc", "Zl", "Zp")


def one_line(text: str) -> str:
    """A stranger's text in one line, without controls, turns of direction and surrogates."""
    kept = "".join(
        " " if (kind := unicodedata.category(sign)) in _LINE_ENDS else "\ufffd" if kind == "Cs" else sign
        for sign in text
        if sign not in _DIRECTIONS
    )
    return " ".join(kept.split())
