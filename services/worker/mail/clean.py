from __future__ import annotations

import unicodedata
from urllib.parse import unquote, urlsplit

#: They turn the direction of what follows, and so can make a line read as something else.
_DIRECTIONS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_LINE_ENDS = ("Cc", "Zl", "Zp")


def clean(text: str, most: int) -> str:
    """One line of at most `most` characters of a stranger's text, without controls, turns of direction, surrogates."""
    kept = "".join(
        " " if (kind := unicodedata.category(sign)) in _LINE_ENDS else "\ufffd" if kind == "Cs" else sign
        for sign in text
        if sign not in _DIRECTIONS
    )
    line = " ".join(kept.split())
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"


def sheet_name(source: str, most: int) -> str:
    """What to call a sheet: its file's name, or the last part of its link, which itself may hold somebody's token."""
    if not source.startswith(("http://", "https://")):
        return clean(source, most)
    try:
        link = urlsplit(source)
        name = unquote(link.path).rstrip("/").rpartition("/")[2] or link.hostname or ""
    except ValueError:
        name = ""
    return clean(name, most) or "a link"
