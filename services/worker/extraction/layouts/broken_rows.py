from __future__ import annotations

import re
from typing import TYPE_CHECKING

from services.worker.extraction.layouts.rows import LONGEST
from services.worker.extraction.lines import Line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from services.worker.extraction.layouts.rows import Rows

#: A place and a name or a team: how rows begin, and how the rest of a broken one does not.
_BEGINS_ROW = re.compile(r"\d{1,3} [^\d\s]")
_BEGINS_LEGS = re.compile(r"[1-9]\)")
#: The rest of a name that was broken after its comma: `Lark-Hollin`, `Bea M`.
_GIVEN_NAME = re.compile(r"[^\W\d_][^\d:,/]{0,40}")
_ENDS_IN_COMMA = re.compile(r"(?P<before>\d{1,3}\s+[^\d,]+,)(?P<rest>\s+\S.*)")


def rejoin(lines: list[Line], rows: Rows, is_heading: Callable[[str], bool]) -> Iterator[Line]:
    """The lines of a page, with the parts of a broken row made one.

    Team and time stand on baselines of their own, in smaller type; where that is far off, the text layer begins a line.
    A narrow column breaks a name after its comma: `3 Surname, 6 TEAM 42.20`, and the given name in the next line.
    """
    waiting: Line | None = None
    for line in lines:
        if waiting is not None:
            joined = _joined(waiting.text, line.text, rows, is_heading)
            if joined is not None:
                yield Line(waiting.page, joined)
                waiting = None
                continue
            yield waiting
            waiting = None
        if _BEGINS_ROW.match(line.text) and (_is_nameless(line.text) or not rows.is_whole(line.text)):
            waiting = line
        else:
            yield line
    if waiting is not None:
        yield waiting


def _joined(first: str, second: str, rows: Rows, is_heading: Callable[[str], bool]) -> str | None:
    """The row that two lines are parts of; None where they are not."""
    if _BEGINS_ROW.match(second) or _BEGINS_LEGS.match(second) or rows.is_empty_lane(second) or is_heading(second):
        return None
    if rows.is_whole(first):
        broken = _ENDS_IN_COMMA.fullmatch(first)
        return f"{broken['before']} {second}{broken['rest']}" if broken and _GIVEN_NAME.fullmatch(second) else None
    both = f"{first} {second}"
    return both if rows.is_whole(both) else None


def _is_nameless(text: str) -> bool:
    """Whether an age or a year follows right after the comma of a name."""
    broken = _ENDS_IN_COMMA.fullmatch(text[:LONGEST])
    return broken is not None and broken["rest"].lstrip()[0].isdigit()
