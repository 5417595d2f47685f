from __future__ import annotations

from io import BytesIO
from itertools import pairwise

import pypdfium2  # type: ignore[import-untyped]  # has no type marker
import pytest

from services.worker.extraction.limits import Limits
from services.worker.extraction.ocr.areas import bands
from services.worker.extraction.ocr.bitmap import Bitmap
from services.worker.extraction.ocr.picture import Picture, draw
from services.worker.extraction.ocr.skew import turn
from tests.samples.hytek import sample
from tests.samples.meet import Options
from tests.samples.picture import scanned


def bitmap_of(pdf: bytes, dots_per_inch: int = 100) -> Bitmap:
    drawn = pypdfium2.PdfDocument(pdf)[0].render(scale=dots_per_inch / 72, grayscale=True)
    rows = bytes(drawn.buffer)
    lines = (rows[start : start + drawn.width] for start in range(0, len(rows), drawn.stride))
    return Bitmap(drawn.width, drawn.height, b"".join(lines))


def sheet(columns: int) -> bytes:
    return sample(Options(seed=5, events=8, heats=3, columns=columns)).pdf


@pytest.mark.parametrize("degrees", [-3, -1, -0.3, 0, 0.5, 2])
def test_a_turn_is_found(degrees: float) -> None:
    assert turn(bitmap_of(scanned(sheet(2), degrees=degrees))) == pytest.approx(degrees, abs=0.2)


@pytest.mark.parametrize("page", [Bitmap(40, 40, bytes([255]) * 1600), Bitmap(800, 4, bytes(3200))])
def test_a_page_that_says_nothing_lies_straight_and_is_whole(page: Bitmap) -> None:
    assert turn(page) == 0
    assert bands(page) == [[(0, 0, 1, 1)]]


@pytest.mark.parametrize("columns", [2, 3])
def test_columns_are_told_apart_below_the_titles(columns: int) -> None:
    found = bands(bitmap_of(sheet(columns)))

    widest = max(found, key=len)
    assert len(widest) == columns
    assert found[0] == [(0, 0, 1, widest[0].top)]
    assert 0.05 < widest[0].top < 0.15
    assert all(left.right <= right.left for left, right in pairwise(widest))


def test_a_page_is_drawn_upright_and_bounded() -> None:
    turned = Picture.unpacked(draw(scanned(sheet(2), degrees=1), Limits(), number=1))
    huge = pypdfium2.PdfDocument.new()
    huge.new_page(14_400, 14_400)

    assert abs(turn(turned.bitmap)) <= 0.1
    assert max(map(len, turned.bands)) == 2
    huge.save(out := BytesIO())
    poster = Picture.unpacked(draw(out.getvalue(), Limits(), number=1)).bitmap
    assert poster.width * poster.height <= 12_000_000


@pytest.mark.parametrize("packed", [b"", b"{}\n", b'{"width": 2, "height": 2, "bands": []}\nabc', b"[1]\n"])
def test_what_is_no_picture_is_refused(packed: bytes) -> None:
    with pytest.raises((ValueError, TypeError, KeyError)):
        Picture.unpacked(packed)
