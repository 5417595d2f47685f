"""Where the text of a page stands: its head and foot run across, between them there may be columns."""

from __future__ import annotations

import re
from itertools import groupby, islice, pairwise
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from services.worker.extraction.ocr.bitmap import Bitmap

#: Of the page: a head ends above the first, a foot starts below the second.
_HEAD, _FOOT = 0.15, 0.93
#: Of the page: what is narrower is but the blank between two words, and so far off its even place a gap may be.
_GAP, _OFF = 0.008, 0.07
#: Of the page: a title stands no further off its middle, and leaves so much on both sides.
_OFF_CENTRE, _ASIDE = 0.02, 0.15
#: Of the height: dirt in a gap, and a rule that is drawn down between columns; of the width: a rule across.
_DIRT, _RULE_DOWN, _RULE_ACROSS = 0.006, 0.5, 0.05

#: Dots about a rule that are grey of it.
_CLEARANCE = 2


class Area(NamedTuple):
    """Of a page, from 0 to 1."""

    left: float
    top: float
    right: float
    bottom: float


def bands(bitmap: Bitmap) -> list[list[Area]]:
    """The page in bands from the top, each of areas side by side from the left.

    Each is read by itself, because a recogniser mixes what stands side by side at different heights. What seem columns
    here may be the parts of long rows.
    """
    width, height = bitmap.width, bitmap.height
    rows, rules = _without_rules(bitmap)
    gaps = _gaps(rows[int(_HEAD * height) : int(_FOOT * height)], width)
    if not gaps:
        return [[Area(0, 0, 1, 1)]]
    across = [*_centred(rows, width), *(lines for gap in gaps for lines in _across(rows, gap, width))]
    top = _blank(rows, max((last for _, last in across if last < _HEAD * height), default=-1), 1) / height
    bottom = (
        _blank(rows, min((first for first, _ in across if first > _FOOT * height), default=height), -1) + 1
    ) / height
    edges = pairwise([0, *(edge for gap in gaps for edge in _edges(gap, rules)), width])
    columns = [Area(left / width, top, right / width, bottom) for left, right in islice(edges, 0, None, 2)]
    found = [[Area(0, 0, 1, top)], columns, [Area(0, bottom, 1, 1)]]
    return [band for band in found if band[0].top < band[0].bottom]


def _without_rules(bitmap: Bitmap) -> tuple[list[bytes], list[int]]:
    """The ink of each row, but for rules down the page and across; and where those down the page are."""
    width, height, ink = bitmap.width, bitmap.height, bitmap.ink()
    rules = [x for x in range(width) if ink[x::width].count(1) >= _RULE_DOWN * height]
    mask = int.from_bytes(bytes(x not in rules for x in range(width)))
    across = re.compile(b"\x01{%d,}" % (_RULE_ACROSS * width))
    rows = (across.sub(_no_ink, ink[start : start + width]) for start in range(0, width * height, width))
    return [(int.from_bytes(row) & mask).to_bytes(width) for row in rows], rules


def _no_ink(rule: re.Match[bytes]) -> bytes:
    return bytes(len(rule[0]))


def _gaps(rows: list[bytes], width: int) -> list[tuple[int, int]]:
    """From where to where nothing stands in these rows, where that parts the page into two or three."""
    body = b"".join(rows)
    most = _DIRT * len(rows)
    is_empty = (body[x::width].count(1) <= most for x in range(width))
    empty = [[x for x, _ in run] for key, run in groupby(enumerate(is_empty), key=itemgetter(1)) if key]
    inner = (run for run in empty if run[0] > 0 and run[-1] < width - 1)
    runs = [(run[0], run[-1] + 1) for run in inner if len(run) >= _GAP * width]
    ways = [[_widest_at(runs, width * part / parts, width) for part in range(1, parts)] for parts in (2, 3)]
    halves, thirds = (way if all(map(_width, way)) else [] for way in ways)
    is_narrow = bool(thirds) and 2 * sum(map(_width, halves)) < min(map(_width, thirds))
    return thirds if is_narrow or not halves else halves


def _widest_at(runs: list[tuple[int, int]], place: float, width: int) -> tuple[int, int]:
    near = (run for run in runs if abs(sum(run) / 2 - place) < _OFF * width)
    return max(near, key=_width, default=(0, 0))


def _across(rows: list[bytes], gap: tuple[int, int], width: int) -> Iterator[tuple[int, int]]:
    """The first and last row of each line that runs across a gap; one that only reaches into it leaves a blank."""
    for first, last, shadow in _lines([row[slice(*gap)] for row in rows]):
        if max(map(len, shadow.split(b"\x01"))) < _GAP * width:
            yield first, last


def _centred(rows: list[bytes], width: int) -> Iterator[tuple[int, int]]:
    """The first and last row of each line that stands in the middle of the page and leaves both sides blank."""
    for first, last, shadow in _lines(rows):
        left, right = shadow.index(1), width - 1 - shadow.rindex(1)
        if abs(left - right) < _OFF_CENTRE * width and min(left, right) > _ASIDE * width:
            yield first, last


def _lines(rows: list[bytes]) -> Iterator[tuple[int, int, bytes]]:
    """Runs of rows with ink: the first, the last, and where there is ink in any of them."""
    for is_inked, run in groupby(range(len(rows)), key=lambda y: 1 in rows[y]):
        if is_inked:
            lines = list(run)
            yield lines[0], lines[-1], bytes(map(any, zip(*(rows[y] for y in lines), strict=True)))


def _edges(gap: tuple[int, int], rules: list[int]) -> tuple[int, int]:
    """Where the column before a gap ends and that behind it starts: about its rule, where it has one."""
    inside = [x for x in rules if gap[0] <= x < gap[1]] or [sum(gap) // 2]
    return max(gap[0], inside[0] - _CLEARANCE), min(gap[1], inside[-1] + _CLEARANCE)


def _width(run: tuple[int, int]) -> int:
    return run[1] - run[0]


def _blank(rows: list[bytes], start: int, step: int) -> int:
    """The first row without ink from `start` on, which may be beyond the edge."""
    y = start
    while 0 <= y < len(rows) and 1 in rows[y]:
        y += step
    return max(y, 0) if step > 0 else min(y, len(rows) - 1)
