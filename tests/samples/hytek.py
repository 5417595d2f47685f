"""Draws a composition as Meet Manager prints it: smaller type for team and time, on baselines of their own."""

from __future__ import annotations

import io
import math
import re

from reportlab.lib.pagesizes import letter
from reportlab.pdfgen.canvas import Canvas

from schema.extraction import Sheet
from tests.samples.composition import Composition, Page, Printed, compose
from tests.samples.hytek_meet import make_meet
from tests.samples.meet import Options
from tests.samples.nation import nation
from tests.samples.paper import BROKEN_F, register_fonts
from tests.samples.truth import Sample

_WIDTH, _HEIGHT = letter
_MARGIN, _GUTTER, _TOP, _BOTTOM = 30, 12, 82, 28
_LEADING = 10.4
_TOWN = "Gullwing, Alder"
_DATES = {"us": "{0.month}/{0.day}/{0.year}", "iso": "{0:%Y-%m-%d}", "day-first": "{0:%d/%m/%Y}"}


def sample(options: Options) -> Sample:
    depth = math.floor((_HEIGHT - _TOP - _BOTTOM) / _LEADING)
    composition = compose(options, make_meet(options), depth)
    last_day = max(entry.session_date for entry in composition.entries if entry.session_date)
    days = {entry.session_date for entry in composition.entries}
    sheet = Sheet(
        meet_name=options.name,
        session_date=last_day if len(days) == 1 else None,
        meet_date_start=options.first_day,
        meet_date_end=last_day,
        venue=f"{options.place}, {_TOWN}" if options.dates == "words" else options.place,
        entries=tuple(composition.entries),
    )
    return Sample(_draw(composition, sheet), sheet, len(composition.pages))


class _Reprinted(Canvas):  # type: ignore[misc]  # reportlab has no types
    """As other programs print a PDF anew: in a font whose ligatures come out as a wrong letter."""

    def setFont(self, name: str, size: float, leading: float | None = None) -> None:  # noqa: N802 - reportlab's name
        super().setFont("VeraBd" if name.endswith("Bold") else "Vera", size * 0.88, leading)

    def drawString(self, x: float, y: float, text: str) -> None:  # noqa: N802 - reportlab's name
        super().drawString(x, y, re.sub("f(?=[il])", chr(BROKEN_F), text))


def _draw(composition: Composition, sheet: Sheet) -> bytes:
    file = io.BytesIO()
    register_fonts()
    canvas = (_Reprinted if composition.options.reprinted else Canvas)(
        file, pagesize=letter, invariant=1, pageCompression=1
    )
    canvas.setTitle(composition.options.name)
    for page in composition.pages:
        _draw_head(canvas, page, composition.options, sheet)
        width = (_WIDTH - 2 * _MARGIN - (len(page.columns) - 1) * _GUTTER) / len(page.columns)
        for index, column in enumerate(page.columns):
            left = _MARGIN + index * (width + _GUTTER)
            for line_number, line in enumerate(column):
                _draw_line(canvas, line, (left, _HEIGHT - _TOP - line_number * _LEADING), width, composition.options)
        canvas.showPage()
    canvas.save()
    return file.getvalue()


def _draw_head(canvas: Canvas, page: Page, options: Options, sheet: Sheet) -> None:
    canvas.setFont("Helvetica", 7)
    canvas.drawString(_MARGIN, _HEIGHT - 30, f"{options.place} - Site License")
    banner = f"HY-TEK's MEET MANAGER 8.0 - 7:52 PM 7/1/2026 Page {page.number}"
    canvas.drawRightString(_WIDTH - _MARGIN, _HEIGHT - 30, banner)
    title, *town = _titles(options, sheet)
    canvas.setFont("Helvetica-Bold", 11)
    canvas.drawCentredString(_WIDTH / 2, _HEIGHT - 46, title)
    canvas.setFont("Helvetica", 9)
    program = "Psych Sheet" if options.psych else nation(options.language).hytek["program"]
    for index, line in enumerate((*town, f"{program} - {page.session}")):
        canvas.drawCentredString(_WIDTH / 2, _HEIGHT - 60 - 12 * index, line)


def _titles(options: Options, sheet: Sheet) -> tuple[str, ...]:
    """The meet's name and days, in one line or in two."""
    start, end = sheet.meet_date_start, sheet.meet_date_end
    if start is None or end is None:
        return (options.name,)
    if options.dates == "words":
        days = f"{start:%B} {start.day}" + (f"-{end.day}" if start != end else "")
        return f"{options.name}, Sanction #: XA2607-CH01", f"{_TOWN} {days}, {end.year}"
    form = _DATES[options.dates]
    first, last = form.format(start), form.format(end)
    return (f"{options.name} - {first}" + (f" to {last}" if first != last else ""),)


def _draw_line(canvas: Canvas, line: Printed, at: tuple[float, float], width: float, options: Options) -> None:
    left, y = at
    size = _size(width)
    if line.style in ("row", "columns"):
        _draw_cells(canvas, line, at, width, options)
        return
    if line.style == "legs":
        canvas.setFont("Helvetica", size - 1.5)
        for index, cell in enumerate(line.cells):
            canvas.drawString(left + 14 + index * (width - 14) / 2, y, cell)
        return
    canvas.setFont("Helvetica-Bold" if line.style == "event" else "Helvetica", size - (line.style == "note"))
    canvas.drawString(left + (6 if line.style == "heat" else 0), y, line.cells[0])


def _draw_cells(canvas: Canvas, line: Printed, at: tuple[float, float], width: float, options: Options) -> None:
    """Place, name, age, team, time: in this order in the content stream, whatever overlaps on the page."""
    left, y = at
    size, drop = _size(width), options.drop
    canvas.setFont("Helvetica", size)
    edges = (10, 16, 0.5 * width, 0.57 * width, width - 26)
    for index, cell in enumerate(line.cells):
        if not cell:
            continue
        if index == 3:
            canvas.setFont("Helvetica", size - 1)
        if index in (0, 4):
            canvas.drawRightString(left + edges[index], y - (drop if index == 4 else 0), cell)
        else:
            canvas.drawString(left + edges[index], y - (drop if index == 3 else 0), cell)


def _size(width: float) -> float:
    """The type size in a column of this width, in points."""
    return 8.5 if width > 200 else 6.5
