"""Pages of one column, filled line by line: a family says what a line is, this says where it stands."""

from __future__ import annotations

import io
import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

if TYPE_CHECKING:
    from collections.abc import Callable

#: Comes with reportlab and has the letters of all languages drawn here, the Turkish ones too.
_VERA = {"Vera": "Vera.ttf", "VeraBd": "VeraBd.ttf"}
#: The letter that some fonts give for the f of a ligature.
BROKEN_F = 0x03D0
#: Marks that combine with the letter before them, drawn as those that stand alone.
_MARKS = {0x0300: 0x60, 0x0301: 0xB4, 0x0302: 0x5E, 0x0303: 0x7E, 0x0308: 0xA8, 0x0327: 0xB8}
_TOP, _BOTTOM = 40, 36


@dataclass(frozen=True)
class Cell:
    """A text that starts `at` so many points from the left edge of the paper, or ends there."""

    at: float
    text: str
    ends: bool = False


@dataclass(frozen=True)
class Line:
    cells: tuple[Cell, ...]
    bold: bool = False
    size: float = 8.5


def register_fonts() -> None:
    for name, file in _VERA.items():
        if name not in pdfmetrics.getRegisteredFontNames():
            font = TTFont(name, file)
            for at in (font.face.charToGlyph, font.face.charWidths):
                at[BROKEN_F] = at[ord("f")]
                at.update({mark: at[alone] for mark, alone in _MARKS.items()})
            pdfmetrics.registerFont(font)


def text(text: str, at: float = 40, *, bold: bool = False, size: float = 8.5) -> Line:
    return Line((Cell(at, text),), bold=bold, size=size)


def row(*cells: tuple[float, str], end: tuple[float, str] | None = None, bold: bool = False) -> Line:
    """Cells from left to right; the last may end where it is told to, as times do. Empty ones are left out."""
    found = [Cell(at, text) for at, text in cells if text]
    return Line((*found, *([Cell(*end, ends=True)] if end else [])), bold=bold)


@dataclass
class Paper:
    """`head` gives the lines that stand on top of a page, `foot` those at its end, both by the page's number.

    `{pages}` in a text becomes the number of all pages. `decomposed` letters come apart from their accents, as some
    printers have them.
    """

    title: str
    head: Callable[[int], list[Line]]
    foot: Callable[[int], list[Line]]
    size: tuple[float, float] = A4
    leading: float = 11
    decomposed: bool = False
    pages: list[list[Line]] = field(default_factory=list)

    @property
    def page(self) -> int:
        return len(self.pages)

    def turn(self) -> None:
        """Begin a new page."""
        self.pages.append(self.head(self.page + 1))

    def room(self, lines: int) -> bool:
        """Turn the page unless so many lines fit on it; True if it was turned."""
        depth = (self.size[1] - _TOP - _BOTTOM) // self.leading - len(self.foot(self.page))
        if self.pages and len(self.pages[-1]) + lines <= depth:
            return False
        self.turn()
        return True

    def print(self, *lines: Line) -> None:
        self.pages[-1].extend(lines)

    def pdf(self) -> bytes:
        register_fonts()
        drawn = io.BytesIO()
        canvas = Canvas(drawn, pagesize=self.size, invariant=1, pageCompression=1)
        canvas.setTitle(self.title)
        for number, lines in enumerate(self.pages, start=1):
            for index, line in enumerate(lines):
                self._draw(canvas, line, self.size[1] - _TOP - index * self.leading)
            for index, line in enumerate(self.foot(number)):
                self._draw(canvas, line, _BOTTOM - index * self.leading)
            canvas.showPage()
        canvas.save()
        return drawn.getvalue()

    def _draw(self, canvas: Canvas, line: Line, y: float) -> None:
        canvas.setFont("VeraBd" if line.bold else "Vera", line.size)
        for cell in line.cells:
            draw = canvas.drawRightString if cell.ends else canvas.drawString
            text = cell.text.replace("{pages}", str(self.page))
            draw(cell.at, y, unicodedata.normalize("NFD", text) if self.decomposed else text)
