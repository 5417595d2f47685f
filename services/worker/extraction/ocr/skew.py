"""By how much a page lies askew, from where its ink is."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from services.worker.extraction.ocr.bitmap import Bitmap

#: The page is cut into so many upright strips; a turn shifts each against its neighbour.
_STRIPS = 24
#: In degrees: what scanners and people do. The second search refines the first.
_WIDEST, _COARSE, _FINE = 4.0, 0.25, 0.05
_RADIANS = 0.017453292519943295


def turn(bitmap: Bitmap) -> float:
    """Degrees, clockwise, that the lines of a page climb down to the right; 0 where nothing can be told.

    Where lines of text lie level, rows with much ink and rows with none alternate: of all turns the one is taken whose
    rows differ most.
    """
    strips = _ink(bitmap)
    if not any(map(any, strips)):
        return 0.0
    coarse = _best(strips, bitmap.width, 0.0, _WIDEST, _COARSE)
    return _best(strips, bitmap.width, coarse, _COARSE, _FINE)


def _ink(bitmap: Bitmap) -> list[list[int]]:
    """Dots of ink by strip and row."""
    width, rows = bitmap.width, bitmap.ink()
    edges = [width * strip // _STRIPS for strip in range(_STRIPS + 1)]
    starts = range(0, width * bitmap.height, width)
    return [[rows.count(1, start + left, start + right) for start in starts] for left, right in pairwise(edges)]


def _best(strips: list[list[int]], width: int, around: float, reach: float, step: float) -> float:
    steps = round(reach / step)
    turns = (around + step * count for count in sorted(range(-steps, steps + 1), key=abs))
    return max(turns, key=lambda degrees: _contrast(strips, width, degrees))


def _contrast(strips: list[list[int]], width: int, degrees: float) -> int:
    """The sum of squares of the ink in each row, were the page turned back by so much."""
    slope = degrees * _RADIANS * width / _STRIPS
    shifts = [round(slope * (strip - _STRIPS / 2)) for strip in range(_STRIPS)]
    highest = max(map(abs, shifts))
    height = len(strips[0])
    if height <= 2 * highest:
        return 0
    level = [column[highest + shift : height - highest + shift] for column, shift in zip(strips, shifts, strict=True)]
    return sum(total * total for total in map(sum, zip(*level, strict=True)))
