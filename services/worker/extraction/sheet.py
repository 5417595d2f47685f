from __future__ import annotations

from typing import TYPE_CHECKING

from schema.extraction import Sheet, Warning  # noqa: A004 - as in its home
from services.worker.extraction import lines
from services.worker.extraction.layouts.printed import Printed
from services.worker.extraction.layouts.session_report import SessionReport
from services.worker.extraction.text_layer import MAX_PAGES, read_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from services.worker.extraction.layout import Layout

#: Asked in this order; the first that recognises a sheet reads it.
LAYOUTS: tuple[Layout, ...] = (SessionReport(), Printed())


def read_sheet(
    pdf: bytes,
    max_pages: int = MAX_PAGES,
    layouts: tuple[Layout, ...] = LAYOUTS,
    recognised: Mapping[int, str] | None = None,
) -> Sheet:
    """Everything that a PDF prints, for all swimmers. Raises JobFault when it cannot be opened or has no text.

    `recognised` has the text of pages that are pictures, by number.
    Only for a process that may die: a stranger's PDF is read through `Sandbox`.
    """
    texts = read_text(pdf, max_pages, recognised)
    pictures = tuple(page.number for page in texts if page.is_picture)
    pages = lines.split(texts)
    layout = next((layout for layout in layouts if layout.recognises(pages)), None)
    sheet = Sheet(warnings=(_UNKNOWN,)) if layout is None else layout.read(pages)
    if recognised:
        sheet = _warned(sheet, _recognised(tuple(recognised)))
    return _warned(sheet, _no_text(pictures)) if pictures else sheet


def _warned(sheet: Sheet, warning: Warning) -> Sheet:
    return sheet.model_copy(update={"warnings": (*sheet.warnings, warning)})


_UNKNOWN = Warning(
    code="unknown_layout",
    message="This PDF has text, but in no layout that can be read yet; whether a swimmer is in it is not known.",
)


def _recognised(pages: tuple[int, ...]) -> Warning:
    return Warning(
        code="recognised_text",
        message=f"{len(pages)} of its pages are pictures, and what was recognised may have slips: {_named(pages)}.",
        page=min(pages),
    )


def _no_text(pages: tuple[int, ...]) -> Warning:
    return Warning(
        code="pages_without_text",
        message=f"{len(pages)} of its pages have no text and were not read: {_named(pages)}.",
        page=pages[0],
    )


def _named(pages: tuple[int, ...]) -> str:
    return ", ".join(map(str, sorted(pages)[:20])) + (", …" if len(pages) > 20 else "")  # noqa: PLR2004 - enough to look at
