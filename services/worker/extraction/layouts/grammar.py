"""How the lines of a sheet in one language are told apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.worker.extraction.layouts.columns import ColumnHeads
from services.worker.extraction.layouts.headings import Headings
from services.worker.extraction.layouts.rows import Rows

if TYPE_CHECKING:
    from services.worker.extraction.layouts.words import Words


class Grammar:
    """The forms of headings, columns and rows in these words."""

    def __init__(self, words: Words, *, day_first: bool = False) -> None:
        self.headings, self.columns, self.rows = Headings(words, day_first=day_first), ColumnHeads(words), Rows(words)

    def is_heading(self, text: str) -> bool:
        return bool(
            self.headings.event(text)
            or self.headings.heat(text)
            or self.columns.read(text)
            or self.headings.is_alternates(text)
        )

    def belongs_to_event(self, text: str) -> bool:
        """Whether a line is of the body of a page, not of its head."""
        return (
            self.is_heading(text)
            or self.rows.is_whole(text)
            or self.rows.is_empty_lane(text)
            or self.headings.session(text) is not None
            or self.headings.begins(text) is not None
        )
