from __future__ import annotations

from urllib.parse import unquote, urlsplit

from schema.plain import plain


def clean(text: str, most: int) -> str:
    """One plain line of at most `most` characters of a stranger's text."""
    line = " ".join(plain(text).split())
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
