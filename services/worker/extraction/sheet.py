from __future__ import annotations

from typing import TYPE_CHECKING

from schema.extraction import Sheet, Warning  # noqa: A004 - as in its home
from services.worker.extraction import lines
from services.worker.extraction.layouts.printed import Printed
from services.worker.extraction.layouts.session_report import SessionReport
from services.worker.extraction.text_layer import MAX_PAGES, read_text

if TYPE_CHECKING:
    from services.worker.extraction.layout import Layout

#: Asked in this order; the first that recognises a sheet reads it.
LAYOUTS: tuple[Layout, ...] = (SessionReport(), Printed())


def read_sheet(pdf: bytes, max_pages: int = MAX_PAGES, layouts: tuple[Layout, ...] = LAYOUTS) -> Sheet:
    """Everything that a PDF prints, for all swimmers. Raises JobFault when it cannot be opened or has no text.

    Only for a process that may die: a stranger's PDF is read through `Sandbox`.
    """
    texts = read_text(pdf, max_pages)
    pictures = tuple(page.number for page in texts if not page.text.strip())
    pages = lines.split(texts)
    layout = next((layout for layout in layouts if layout.recognises(pages)), None)
    sheet = Sheet(warnings=(_UNKNOWN,)) if layout is None else layout.read(pages)
    if pictures:
        sheet = sheet.model_copy(update={"warnings": (*sheet.warnings, _no_text(pictures))})
    return sheet


_UNKNOWN = Warning(
    code="unknown_layout",
    message="This PDF has text, but in no layout that can be read yet; whether a swimmer is in it is not known.",
)


def _no_text(pages: tuple[int, ...]) -> Warning:
    named = ", ".join(map(str, pages[:20])) + (", …" if len(pages) > 20 else "")  # noqa: PLR2004 - enough to look at
    return Warning(
        code="pages_without_text",
        message=f"{len(pages)} of its pages have no text and were not read: {named}.",
        page=pages[0],
    )
