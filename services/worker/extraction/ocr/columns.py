"""Words of a page put together to lines, in the order in which people read a sheet: column by column."""

from __future__ import annotations

import re
from statistics import fmean, median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from services.worker.extraction.ocr.tesseract import Word

#: Of a word's height: words of one row stand no further apart, up and down.
_TOLERANCE = 0.5
#: Of a column's lines: so many at least are whole rows, else it is but a part of a column; or it is nearly empty.
_ROWS, _FEW = 0.25, 0.3
#: A row, in any language: a word and then a time, or what stands for none.
_ROW = re.compile(r"[^\W\d_]{2}.*\s\W?[A-Z]?(?:\d{1,2}[:.,]\d\d|N[TP]\b)")


def lines(bands: list[list[list[Word]]]) -> list[str]:
    """The lines of a page, from the words of its areas, band by band."""
    return [" ".join(word.text for word in row) for band in bands for column in _columns(band) for row in column]


def _columns(band: list[list[Word]]) -> list[list[list[Word]]]:
    """The rows of each column; one column where what seemed several are parts of long rows."""
    columns = [_rows(words) for words in band]
    longest = max(map(len, columns))
    if all(_has_rows(rows) or len(rows) <= _FEW * longest for rows in columns):
        return columns
    return [_rows([word for words in band for word in words])]


def _rows(words: list[Word]) -> list[list[Word]]:
    """Words that stand side by side, from the top; a smaller print in a row stands a little off its middle."""
    if not words:
        return []
    reach = _TOLERANCE * median(word.height for word in words)
    rows: list[list[Word]] = []
    middle = 0.0
    for word in sorted(words, key=lambda word: word.middle):
        if rows and word.middle - middle < reach:
            rows[-1].append(word)
        else:
            rows.append([word])
        middle = fmean(word.middle for word in rows[-1])
    return [sorted(row, key=lambda word: word.left + word.width) for row in rows]


def _has_rows(rows: list[list[Word]]) -> bool:
    found = [" ".join(word.text for word in row) for row in rows]
    return sum(_ROW.search(line) is not None for line in found) >= max(1, _ROWS * len(found))
