"""A page drawn as a grey picture, upright; only for a process that may die."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, NamedTuple, Self

import pypdfium2  # type: ignore[import-untyped]  # has no type marker
import pypdfium2.raw  # type: ignore[import-untyped]  # as above

from services.worker.extraction.ocr.areas import Area, bands
from services.worker.extraction.ocr.bitmap import Bitmap
from services.worker.extraction.ocr.skew import turn
from services.worker.extraction.text_layer import opened

if TYPE_CHECKING:
    from services.worker.extraction.limits import Limits

#: What the recogniser was taught with; less loses commas and points, more only costs time.
_DOTS_PER_INCH = 300
#: A turn and columns show at a third of it.
_COARSE_DOTS_PER_INCH = 100
#: An A4 page has 8.7 million at full size; what is larger is drawn coarser.
_MOST_DOTS = 12_000_000
_POINTS_PER_INCH = 72
#: In degrees: a smaller turn does not matter, and drawing straight is sharper.
_STRAIGHT = 0.05
_WHITE = (255, 255, 255, 255)


class Picture(NamedTuple):
    """A page and the bands of areas in which its text stands."""

    bitmap: Bitmap
    bands: list[list[Area]]

    def packed(self) -> bytes:
        head = {"width": self.bitmap.width, "height": self.bitmap.height, "bands": self.bands}
        return json.dumps(head).encode() + b"\n" + self.bitmap.grey

    @classmethod
    def unpacked(cls, packed: bytes) -> Self:
        """Raises ValueError, TypeError or KeyError: only a child that a PDF has taken over writes such a thing."""
        line, _, grey = packed.partition(b"\n")
        head = json.loads(line)
        if len(grey) != head["width"] * head["height"]:
            raise ValueError("a picture of another size")
        return cls(
            Bitmap(head["width"], head["height"], grey), [[Area(*area) for area in band] for band in head["bands"]]
        )


def draw(pdf: bytes, limits: Limits, *, number: int) -> bytes:
    """Page `number` (from 1), turned upright where it lies askew by some degrees, packed. Raises JobFault."""
    with opened(pdf, limits.pages) as document:
        page = document[number - 1]
        degrees = turn(drawn(page, _COARSE_DOTS_PER_INCH, 0))
        degrees = degrees if abs(degrees) > _STRAIGHT else 0
        coarse = drawn(page, _COARSE_DOTS_PER_INCH, -degrees)
        return Picture(drawn(page, _DOTS_PER_INCH, -degrees), bands(coarse)).packed()


def drawn(page: pypdfium2.PdfPage, dots_per_inch: int, degrees: float) -> Bitmap:
    """Turned clockwise about its middle; the paper keeps its size."""
    wide, high = page.get_size()
    scale = min(dots_per_inch / _POINTS_PER_INCH, math.sqrt(_MOST_DOTS / (wide * high)))
    width, height = max(1, int(wide * scale)), max(1, int(high * scale))
    across, down = (part * scale for part in (math.cos(math.radians(degrees)), math.sin(math.radians(degrees))))
    matrix = pypdfium2.raw.FS_MATRIX(
        across,
        down,
        -down,
        across,
        (width - across * wide + down * high) / 2,
        (height - down * wide - across * high) / 2,
    )
    bitmap = pypdfium2.PdfBitmap.new_native(width, height, pypdfium2.raw.FPDFBitmap_Gray)
    try:
        bitmap.fill_rect(_WHITE, 0, 0, width, height)
        everything = pypdfium2.raw.FS_RECTF(0, 0, width, height)
        pypdfium2.raw.FPDF_RenderPageBitmapWithMatrix(bitmap.raw, page.raw, matrix, everything, 0)
        rows, stride = bytes(bitmap.buffer), bitmap.stride
    finally:
        bitmap.close()
    if stride != width:
        rows = b"".join(rows[start : start + width] for start in range(0, stride * height, stride))
    return Bitmap(width, height, rows)
