from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pypdfium2  # type: ignore[import-untyped]  # has no type marker

from schema.errors import JobFault
from schema.states import ErrorCode

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MAX_PAGES = 300
#: Far more than a printed page holds; what is beyond it is no sheet.
MAX_PAGE_CHARACTERS = 200_000
#: PDFium's FPDF_ERR_PASSWORD and FPDF_ERR_SECURITY.
_LOCKED = (4, 5)


@dataclass(frozen=True, slots=True)
class PageText:
    """The characters of a page in the order of its content stream; a picture has none. `number` counts from 1."""

    number: int
    text: str

    @property
    def is_picture(self) -> bool:
        return not self.text.strip()


def read_text(pdf: bytes, max_pages: int = MAX_PAGES, recognised: Mapping[int, str] | None = None) -> list[PageText]:
    """The text of each page, in the order of the content stream: there a row is one line, and columns do not mix.

    `recognised` has the text of pages that are pictures, by number.
    Raises JobFault: INVALID_PDF, ENCRYPTED_PDF, TOO_MANY_PAGES, and NO_TEXT when no page has any text.
    """
    with opened(pdf, max_pages) as document:
        pages = list(_pages(document))
    for index, page in enumerate(pages):
        if recognised and page.is_picture:
            pages[index] = PageText(page.number, recognised.get(page.number, ""))
    if all(page.is_picture for page in pages):
        raise JobFault(ErrorCode.NO_TEXT, "No page of this PDF has text; it seems to be a scan.")
    return pages


def pictures(pdf: bytes, max_pages: int = MAX_PAGES) -> list[int]:
    """The numbers of the pages without text. Raises JobFault as `opened`."""
    with opened(pdf, max_pages) as document:
        return [page.number for page in _pages(document) if page.is_picture]


@contextmanager
def opened(pdf: bytes, max_pages: int = MAX_PAGES) -> Iterator[pypdfium2.PdfDocument]:
    """A PDF, open for a while. Raises JobFault: INVALID_PDF, ENCRYPTED_PDF, TOO_MANY_PAGES."""
    try:
        document = pypdfium2.PdfDocument(pdf)
    except pypdfium2.PdfiumError as broken:
        if broken.err_code in _LOCKED:
            raise JobFault(
                ErrorCode.ENCRYPTED_PDF, "This PDF is locked with a password; please hand in an open copy."
            ) from None
        raise JobFault(ErrorCode.INVALID_PDF, "This file is no PDF that can be opened.") from None
    try:
        if len(document) > max_pages:
            raise JobFault(
                ErrorCode.TOO_MANY_PAGES, f"This PDF has {len(document)} pages; at most {max_pages} are read."
            )
        yield document
    finally:
        document.close()


def _pages(document: pypdfium2.PdfDocument) -> Iterator[PageText]:
    for index in range(len(document)):
        try:
            page = document[index]
        except pypdfium2.PdfiumError:
            yield PageText(index + 1, "")  # a broken page; the others may be whole
            continue
        try:
            layer = page.get_textpage()
            text = layer.get_text_range(count=min(layer.count_chars(), MAX_PAGE_CHARACTERS))
            layer.close()
        except pypdfium2.PdfiumError:
            text = ""
        finally:
            page.close()
        yield PageText(index + 1, text)
