"""Links as a page writes them: made whole as a browser does it. Pure."""

from __future__ import annotations

import re
from urllib.parse import quote, unquote, urldefrag, urljoin, urlsplit

#: What may be handed in as a source.
LONGEST_URL = 2000
_EDGES = "".join(map(chr, range(0x21)))
_INSIDE = re.compile(r"[\t\n\r]")
_NO_HOST = re.compile(r"[\x00-\x20@\"'<>\\^`{|}%]")
_SCHEME = re.compile(r"([a-zA-Z][a-zA-Z0-9+.-]*):")
#: Signs that stay as they are: a percent sign may already be an escape. Quotes are none of them, for the shell's sake.
_KEPT = "%!$&()*+,;=:@/?#[]~"


def absolute(base: str, written: str) -> str | None:
    """The whole address of a link without its fragment; None for what is none of the web's or leads to no place."""
    link = _INSIDE.sub("", written.strip(_EDGES))
    scheme = _SCHEME.match(link)
    if link[:1] in ("", "#") or len(link) > LONGEST_URL or (scheme and scheme[1].lower() not in ("http", "https")):
        return None
    path, mark, rest = link.partition("?")
    try:
        whole, _ = urldefrag(urljoin(base, path.replace("\\", "/") + mark + rest))
        parts = urlsplit(whole)
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not parts.netloc or _NO_HOST.search(parts.netloc):
        return None
    host = parts.netloc.lower()
    whole = parts._replace(netloc=host, path=quote(parts.path or "/", _KEPT), query=quote(parts.query, _KEPT)).geturl()
    return whole if len(whole) <= LONGEST_URL else None


def file_name(url: str) -> str:
    """The last part of the path, decoded."""
    return unquote(urlsplit(url).path.split(";")[0].rsplit("/", 1)[-1])


def names_pdf(url: str) -> bool:
    """Whether the path ends as a PDF's name does."""
    return file_name(url).rstrip().lower().endswith(".pdf")


def asks_for_pdf(url: str) -> bool:
    """Whether something behind the path, as in `get?file=heats.pdf`, does."""
    query = unquote(urlsplit(url).query).lower()
    return ".pdf" in query


def shown_in_viewer(url: str) -> str | None:
    """The PDF of an address like `viewer.html?file=/heats.pdf`, which shows a PDF inside of a page."""
    for part in urlsplit(url).query.split("&")[:20]:
        name, _, value = part.partition("=")
        if name.lower() in ("file", "url", "src") and (inner := absolute(url, unquote(value))) and names_pdf(inner):
            return inner
    return None
