from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from schema.extraction import Sheet
    from services.worker.extraction.lines import Line


class Layout(Protocol):
    """A family of sheets that print alike. A new one is a file with these two, and a place in `sheet.LAYOUTS`."""

    def recognises(self, pages: list[list[Line]]) -> bool:
        """Whether these lines, page by page, are of this family."""
        ...

    def read(self, pages: list[list[Line]]) -> Sheet:
        """Every entry of the sheet. A line inside a heat that fits no rule becomes a warning, never nothing."""
        ...
