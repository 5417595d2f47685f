"""Pages as pictures that every endpoint takes; only for a process that may die."""

from __future__ import annotations

import base64
import json
import struct
import zlib
from typing import TYPE_CHECKING

from services.worker.extraction.ocr.picture import drawn
from services.worker.extraction.text_layer import opened

if TYPE_CHECKING:
    from services.worker.extraction.limits import Limits
    from services.worker.extraction.ocr.bitmap import Bitmap

#: Enough to read small print; models take no more.
_DOTS_PER_INCH = 150
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_GREY, _BITS, _NO_FILTER = 0, 8, b"\0"


def draw(pdf: bytes, limits: Limits, *, pages: int) -> bytes:
    """The first pages as PNGs, in `data:` URLs, and how many pages there are: JSON. Raises JobFault."""
    with opened(pdf, limits.pages) as document:
        shown = (png(drawn(document[index], _DOTS_PER_INCH, 0)) for index in range(min(pages, len(document))))
        urls = [f"data:image/png;base64,{base64.b64encode(one).decode()}" for one in shown]
        return json.dumps({"urls": urls, "pages": len(document)}).encode()


def png(bitmap: Bitmap) -> bytes:
    width, height, grey = bitmap
    rows = b"".join(_NO_FILTER + grey[start : start + width] for start in range(0, width * height, width))
    head = struct.pack(">IIBBBBB", width, height, _BITS, _GREY, 0, 0, 0)
    return _SIGNATURE + _chunk(b"IHDR", head) + _chunk(b"IDAT", zlib.compress(rows, 6)) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
