"""Rows that the text layer gives in pieces, or several in one line."""

from __future__ import annotations

import re
from itertools import chain
from typing import TYPE_CHECKING

from services.worker.extraction.lines import Line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from services.worker.extraction.layouts.rows import Rows

#: A place and a name or a team: how rows begin, and how the rest of a broken one does not.
_BEGINS_ROW = re.compile(r"\d{1,3} [^\d\s]")
_BEGINS_LEGS = re.compile(r"[1-9]\)")
_NEXT_ROW = re.compile(r"\s(?=\d{1,2}\s+[^\W\d_])")
#: The rest of a name that was broken: `Bea M`.
_GIVEN_NAME = re.compile(r"[^\W\d_][^\d:,/]{0,40}")
_NAMED_ROW = re.compile(r"(?P<name>\d{1,3}\s+[^\d,]+,[^\d,]*?)(?P<rest>\s+\d.*)")
_ENDS_IN_TIME = re.compile(r"\s\d[\d:]*[.,]\d{2}[YLSM]?(?:\s\S{1,12}){0,2}$")
_EMPTY = re.compile(r"\d{1,2} [\u2014_-]+")
#: An age or a year right after the comma of a name.
_NAMELESS = re.compile(r"\d{1,3}\s+[^\d,]+,\s+\d")
#: Rows of two lines are longer than any other.
_LONG = 60


class Mender:
    """Makes whole rows of broken and of run-together ones."""

    def __init__(self, rows: Rows, is_heading: Callable[[str], bool], lines: Iterable[Line]) -> None:
        """Look through all `lines` of a sheet for ages, and for names that narrow columns broke after their comma."""
        self._rows, self._is_heading = rows, is_heading
        self._breaks_names = self._prints_ages = False
        for line in lines:
            self._breaks_names = self._breaks_names or _NAMELESS.match(line.text) is not None
            self._prints_ages = self._prints_ages or rows.is_aged(line.text)

    def mend(self, lines: list[Line]) -> Iterator[Line]:
        """The lines of a page, each row of them in one line of its own.

        Team and time stand on baselines of their own, in smaller type; where that is far off, the text layer begins a
        line. A narrow column breaks a name: `3 Surname, 6 TEAM 42.20`, and the given name in the next lines.
        """
        waiting: Line | None = None
        for line in chain.from_iterable(map(self._apart, lines)):
            if waiting is not None:
                joined = self._joined(waiting.text, line.text)
                if joined is not None:
                    waiting = Line(waiting.page, joined)
                    continue
                yield waiting
                waiting = None
            if self._may_go_on(line.text):
                waiting = line
            else:
                yield line
        if waiting is not None:
            yield waiting

    def _may_go_on(self, text: str) -> bool:
        if not _BEGINS_ROW.match(text):
            return False
        if not self._breaks_names and (_ENDS_IN_TIME.search(text) or self._rows.is_whole(text)):
            return False
        return not self._rows.is_empty_lane(text)

    def _joined(self, first: str, second: str) -> str | None:
        """The row that two lines are parts of; None where they are not."""
        if _BEGINS_LEGS.match(second) or self._rows.is_empty_lane(second) or self._is_heading(second):
            return None
        if not self._rows.is_whole(first):
            both = f"{first} {second}"
            if _BEGINS_ROW.match(second):  # or an age and a team: which it is, a row without an age tells
                is_rest = self._prints_ages and self._rows.is_aged(both) and not self._rows.is_aged(second)
                return both if is_rest else None
            return both if self._rows.is_whole(both) else None
        if _BEGINS_ROW.match(second):
            return None
        if self._breaks_names and _GIVEN_NAME.fullmatch(second) and (row := _NAMED_ROW.fullmatch(first)):
            return f"{row['name']} {second}{row['rest']}"
        return None

    def _apart(self, line: Line) -> list[Line]:
        """The rows of a line, and the heads of columns before them; the line itself where it is one row."""
        if len(line.text) <= _LONG and not _EMPTY.match(line.text):
            return [line]
        pieces, start = [], 0
        for found in _NEXT_ROW.finditer(line.text):
            piece = line.text[start : found.start()]
            if self._rows.is_whole(piece) or _EMPTY.fullmatch(piece) or self._is_heading(piece):
                pieces.append(Line(line.page, piece))
                start = found.end()
        rest = line.text[start:]
        return [*pieces, Line(line.page, rest)] if pieces and self._rows.is_whole(rest) else [line]
