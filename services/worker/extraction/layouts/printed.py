"""Sheets that print a heading for each event and heat, and a line for each entry: nearly all do, in any language."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from schema.extraction import Sheet, Warning  # noqa: A004 - as in its home
from services.worker.extraction.layouts.broken_rows import rejoin
from services.worker.extraction.layouts.dates import Period, find_period, is_day_first
from services.worker.extraction.layouts.page_head import MeetHead, is_banner, meet_head, page_head
from services.worker.extraction.layouts.reading import Grammar, Reading
from services.worker.extraction.layouts.words import english, spoken

if TYPE_CHECKING:
    from services.worker.extraction.layouts.page_head import PageHead
    from services.worker.extraction.lines import Line

#: A sheet says what it is on its first pages or not at all; clubs and schedules may come before its entries.
_PAGES_ASKED = 12
#: A cover tells the days of the meet.
_COVER_PAGES = 2
#: So many rows under headings are no accident.
_ROWS_ASKED = 2


class Printed:
    """Hy-Tek, Splash, EasyWk, Meet Maestro, TeamUnify and their like, in every language that has a table of words."""

    def recognises(self, pages: list[list[Line]]) -> bool:
        """By a program's banner, or by headings together with rows."""
        asked = [line.text for lines in pages[:_PAGES_ASKED] for line in lines]
        if any(map(is_banner, asked)):
            return True
        grammar = Grammar(spoken(asked))
        if not any(map(grammar.headings.event, asked)):
            return False
        rows = sum(map(grammar.rows.is_whole, asked))
        return rows >= _ROWS_ASKED or any(map(grammar.columns.read, asked))

    def read(self, pages: list[list[Line]]) -> Sheet:
        texts = [line.text for lines in pages for line in lines]
        words = spoken(texts)
        day_first = is_day_first(texts, otherwise=words.language != english().language)
        grammar = Grammar(words, day_first=day_first)
        heads = [page_head(lines, grammar.belongs_to_event) for lines in pages]
        meet = _with_cover(meet_head(heads, day_first=day_first), pages, day_first=day_first)
        reading = _read(pages, heads, grammar, meet)
        if not reading.entries:
            reading.warnings.append(_NO_ENTRIES)
        days = {entry.session_date for entry in reading.entries}
        known = sorted(day for day in days if day)
        period = meet.period or (Period(known[0], known[-1]) if known else None)
        return Sheet(
            meet_name=_short(meet.name),
            session_date=days.pop() if len(days) == 1 else None,
            meet_date_start=period.start if period else None,
            meet_date_end=period.end if period else None,
            venue=_short(meet.venue),
            entries=tuple(reading.entries),
            warnings=tuple(reading.warnings),
        )


def _read(pages: list[list[Line]], heads: list[PageHead], grammar: Grammar, meet: MeetHead) -> Reading:
    reading = Reading(grammar, meet.period)
    #: Text that stands over several pages is no entry, wherever its printer put it.
    repeated = {text for head in heads for text in head.texts}
    for lines, head in zip(pages, heads, strict=True):
        if head.is_report:
            continue
        reading.begin_page(head.session)
        body = [line for line in lines[head.lines :] if line.text not in repeated and not is_banner(line.text)]
        for line in rejoin(body, grammar.rows, grammar.is_heading):
            reading.take(line)
    reading.finish()
    return reading


def _with_cover(meet: MeetHead, pages: list[list[Line]], *, day_first: bool) -> MeetHead:
    """The days that a cover gives, where the head of each page gives none."""
    if meet.period is not None:
        return meet
    periods = [
        period
        for lines in pages[:_COVER_PAGES]
        for line in lines
        if not is_banner(line.text) and (period := find_period(line.text, day_first=day_first))
    ]
    longest = max(periods, key=lambda period: period.end - period.start, default=None)
    return replace(meet, period=longest) if longest and longest.start < longest.end else meet


def _short(text: str | None) -> str | None:
    return None if text is None else text[:500]


_NO_ENTRIES = Warning(
    code="no_entries",
    message="This document has no entries of a heat sheet; it may be a report or a list of results.",
)
