from __future__ import annotations

import re
from typing import TYPE_CHECKING

from services.worker.extraction.layouts.hytek import headings, rows
from services.worker.extraction.lines import Line

if TYPE_CHECKING:
    from collections.abc import Iterator

#: A place and a name or a team: how rows begin, and how the rest of a broken one does not.
_BEGINS_ROW = re.compile(r"\d{1,3} [^\d\s]")
_BEGINS_LEGS = re.compile(r"[1-9]\)")


def rejoin(lines: list[Line]) -> Iterator[Line]:
    """The lines of a page, with the two halves of a row made one.

    Team and time stand on baselines of their own, in smaller type; where that is far off, the text layer begins a line.
    """
    waiting: Line | None = None
    for line in lines:
        if waiting is not None:
            joined = Line(waiting.page, f"{waiting.text} {line.text}")
            if _goes_on(line.text) and rows.is_whole(joined.text):
                waiting = None
                yield joined
                continue
            yield waiting
            waiting = None
        if _BEGINS_ROW.match(line.text) and not rows.is_whole(line.text):
            waiting = line
        else:
            yield line
    if waiting is not None:
        yield waiting


def _goes_on(text: str) -> bool:
    return not (
        _BEGINS_ROW.match(text)
        or _BEGINS_LEGS.match(text)
        or rows.is_empty_lane(text)
        or headings.event_heading(text)
        or headings.heat_line(text)
        or headings.columns(text)
        or headings.is_alternates(text)
    )
