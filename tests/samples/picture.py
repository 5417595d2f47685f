"""A drawn sheet as a scanner gives it: pictures of its pages, and no text."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

import pypdfium2  # type: ignore[import-untyped]  # has no type marker

if TYPE_CHECKING:
    from collections.abc import Collection

_POINTS_PER_INCH = 72


def scanned(pdf: bytes, *, dots_per_inch: int = 200, degrees: float = 0, only: Collection[int] | None = None) -> bytes:
    """The same pages as pictures, each turned clockwise by so much; or `only` some of them, from 1."""
    source, made = pypdfium2.PdfDocument(pdf), pypdfium2.PdfDocument.new()
    for number, page in enumerate(source, start=1):
        if only is not None and number not in only:
            made.import_pages(source, [number - 1])
            continue
        wide, high = page.get_size()
        picture = pypdfium2.PdfImage.new(made)
        picture.set_bitmap(page.render(scale=dots_per_inch / _POINTS_PER_INCH, grayscale=True))
        upright = pypdfium2.PdfMatrix().scale(wide, high).translate(-wide / 2, -high / 2)
        picture.set_matrix(upright.rotate(degrees).translate(wide / 2, high / 2))
        paper = made.new_page(wide, high)
        paper.insert_obj(picture)
        paper.gen_content()
    out = BytesIO()
    made.save(out)
    return out.getvalue()
