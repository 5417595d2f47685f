from __future__ import annotations

import pytest

from schema.extraction import EventStart, Sheet, SheetEntry, Warning  # noqa: A004 - as in its home
from services.worker.extraction import KeptSheet, find
from services.worker.extraction.doubt import doubt

ENTRY = SheetEntry(event_number="1", lane=4, swimmer_name="Nord, Ada")


def unread(line: str) -> Warning:
    return Warning(code="unread_line", message="A line was not understood.", page=1, line=line)


def doubted(swimmer: str, *warnings: Warning, sheet: Sheet | None = None) -> bool:
    kept = KeptSheet.of(sheet or Sheet(entries=(ENTRY,), warnings=warnings))
    return doubt(kept, find(kept, swimmer)) is not None


@pytest.mark.parametrize("code", ["unknown_layout", "pages_without_text", "recognised_text"])
def test_a_sheet_that_is_not_read_for_sure_is_doubted_when_somebody_is_not_in_it(code: str) -> None:
    warning = Warning(code=code, message="So.")

    assert doubted("Bo Reed", warning)
    assert not doubted("Ada Nord", warning)


def test_a_line_with_the_name_is_a_doubt_and_single_others_are_none() -> None:
    assert doubted("Bo Reed", unread("4 Reed, Bo ??"))
    assert not doubted("Bo Reed", unread("4 Moss, Kai ??"))


def test_many_lines_that_were_not_understood_are_a_doubt() -> None:
    assert doubted("Bo Reed", *[unread("4 Moss, Kai ??")] * 11)
    assert not doubted("Bo Reed", *[unread("4 Moss, Kai ??")] * 10)


def test_a_sheet_that_is_read_for_sure_is_believed() -> None:
    assert not doubted("Bo Reed")


def test_nobody_is_looked_for_in_a_session_report() -> None:
    warning = Warning(code="pages_without_text", message="So.")
    report = Sheet(timeline=(EventStart(event_number="1", start="09:00"),), warnings=(warning,))

    assert not doubted("Bo Reed", sheet=report)
