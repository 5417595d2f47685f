"""What every answer from a sheet says of the sheet itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schema.extraction import Warning  # noqa: A004 - as in its home

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from services.worker.extraction.kept import KeptSheet

#: Warnings about single lines are for whom they concern, those about a whole sheet for everybody.
_LINE_CODES = frozenset({"unread_line"})
_TIMELINE = Warning(code="timeline", message="This is a session report: its times are given to the sheets of its meet.")


def about_sheet(kept: KeptSheet, concerns: Callable[[str], bool]) -> Iterator[Warning]:
    """The sheet's own warnings; of the lines not understood those that concern the asker, and how many others."""
    others = []
    for warning in kept.warnings:
        if warning.code not in _LINE_CODES or concerns(warning.line or ""):
            yield warning
        else:
            others.append(warning)
    if others:
        yield Warning(
            code="unread_lines",
            message=f"{len(others)} other lines among the entries were not understood; the first is on this page.",
            page=others[0].page,
        )
    if kept.is_report:
        yield _TIMELINE


def may_lack(kept: KeptSheet) -> bool:
    """Whether somebody who is not found can be said to be absent: not where entries are not looked for, or not read."""
    return not kept.is_report and all(warning.code != "unknown_layout" for warning in kept.warnings)
