"""The text of a page, by whatever says how it is written; as browsers do it. Pure."""

from __future__ import annotations

import codecs
import re

_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_IN_HEADER = re.compile(r"charset\s*=\s*[\"']?\s*([\w:.-]+)", re.IGNORECASE)
_IN_PAGE = re.compile(rb"<meta\b[^>]*?\bcharset\s*=\s*[\"']?\s*([\w:.-]+)", re.IGNORECASE)
_COMMENT = re.compile(rb"<!--.*?-->", re.DOTALL)
#: A page says it early; as far is looked.
_EARLY = 4096
#: Pages that name one of these are written in a wider one, by the WHATWG's table of labels.
_WIDER = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "big5": "big5hkscs",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
}
#: What a page may be written in. Python knows more, and some of that is slow or no encoding of pages at all.
_KNOWN = frozenset(
    ["utf-8", "big5hkscs", "euc_jp", "gb18030", "iso2022_jp", "koi8-r", "koi8-u", "mac-roman"]
    + [f"iso8859-{part}" for part in (2, 3, 4, 5, 6, 7, 8, 10, 13, 14, 15, 16)]
    + [f"cp{number}" for number in (866, 874, 932, 949, *range(1250, 1259))]
)


def decoded(body: bytes, content_type: str) -> str:
    """A byte order mark wins, then the header, then the page's own word; else UTF-8 if it is, or windows-1252."""
    for mark, name in _MARKS:
        if body.startswith(mark):
            return body[len(mark) :].decode(name, "replace")
    in_header, in_page = _IN_HEADER.search(content_type), _IN_PAGE.search(_COMMENT.sub(b"", body[:_EARLY]))
    said = (in_header and _codec(in_header[1])) or (in_page and _codec(in_page[1].decode("latin-1")))
    if said:
        return body.decode(said, "replace")
    try:
        return body.decode()
    except UnicodeDecodeError:
        return body.decode("cp1252", "replace")


def _codec(label: str) -> str | None:
    try:
        name = codecs.lookup(label).name
    except LookupError:
        return None
    name = _WIDER.get(name, name)
    return name if name in _KNOWN else None
