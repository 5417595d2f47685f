"""Sheets that print a heading for each event and heat, and a line for each entry: nearly all do, in any language."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from schema.extraction import Sheet, Warning  # noqa: A004 - as in its home
from services.worker.extraction.layouts.broken_rows import Mender
from services.worker.extraction.layouts.dates import Period, find_period, is_day_first
from services.worker.extraction.layouts.estimate import estimate
from services.worker.extraction.layouts.grammar import Grammar
from services.worker.extraction.layouts.page_head import (
    MeetHead,
    is_banner,
    is_page_number,
    meet_head,
    page_head,
    prints_years,
)
from services.worker.extraction.layouts.reading import Reading
from services.worker.extraction.layouts.totals import differences
from services.worker.extraction.layouts.words import english, spoken

if TYPE_CHECKING:
    from services.worker.extraction.layouts.page_head import PageHead
    from services.worker.extraction.lines import Line

#: A sheet says what it is on its first pages or not at all; clubs and schedules may come before its entries.
_PAGES_ASKED = 12
#: A cover tells the days of the meet.
_COVER_PAGES = 2
#: Dates stand over the rows.
_HEAD_LINES = 12
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
        tops = [line.text for lines in pages[:_PAGES_ASKED] for line in lines[:_HEAD_LINES]]
        day_first = is_day_first(tops, otherwise=words.language != english().language)
        grammar = Grammar(words, day_first=day_first)
        heads = [page_head(lines, grammar.belongs_to_event) for lines in pages]
        meet = _with_cover(meet_head(heads, day_first=day_first), pages, grammar, day_first=day_first)
        reading = _read(pages, heads, grammar, meet)
        estimate(reading.drafts, reading.heats, reading.plans, reading.session_starts)
        warnings = [*reading.warnings, *differences(reading.drafts, reading.plans, texts, words)]
        if not reading.drafts:
            warnings.append(_NO_ENTRIES)
        days = {draft["session_date"] for draft in reading.drafts}
        known = sorted(day for day in days if day)
        period = meet.period or (Period(known[0], known[-1]) if known else None)
        return Sheet.model_validate(
            {
                "meet_name": _short(meet.name),
                "session_date": days.pop() if len(days) == 1 else None,
                "meet_date_start": period.start if period else None,
                "meet_date_end": period.end if period else None,
                "venue": _short(meet.venue),
                "entries": tuple(reading.drafts),
                "warnings": tuple(warnings),
            }
        )


def _read(pages: list[list[Line]], heads: list[PageHead], grammar: Grammar, meet: MeetHead) -> Reading:
    always_years = any(prints_years(line.text) for lines in pages[:_COVER_PAGES] for line in lines)
    reading = Reading(grammar, meet.period, prints_years=always_years)
    #: Text that stands over several pages is no entry, wherever its printer put it.
    repeated = {text for head in heads for text in head.texts}
    mender = Mender(grammar.rows, grammar.is_heading, (line for lines in pages for line in lines))
    for lines, head in zip(pages, heads, strict=True):
        if head.is_report:
            continue
        reading.begin_page(head.session)
        body = [line for line in lines[head.lines :] if line.text not in repeated and not _is_furniture(line.text)]
        for line in mender.mend(body):
            reading.take(line)
    reading.finish()
    return reading


def _is_furniture(text: str) -> bool:
    return is_banner(text) or is_page_number(text)


def _with_cover(meet: MeetHead, pages: list[list[Line]], grammar: Grammar, *, day_first: bool) -> MeetHead:
    """The days and the place that a cover gives, where the head of each page gives none."""
    texts = [line.text for lines in pages[:_COVER_PAGES] for line in lines if not is_banner(line.text)]
    period, venue = meet.period, meet.venue
    if period is None:
        periods = filter(None, (find_period(text, day_first=day_first) for text in texts))
        longest = max(periods, key=lambda period: period.end - period.start, default=None)
        period = longest if longest and longest.start < longest.end else None
    for text, following in pairwise(texts) if venue is None else ():
        named = grammar.headings.venue(text)
        if named is not None:
            venue = named or following
            break
    return replace(meet, period=period, venue=venue)


def _short(text: str | None) -> str | None:
    return None if text is None else text[:500]


_NO_ENTRIES = Warning(
    code="no_entries",
    message="This document has no entries of a heat sheet; it may be a report or a list of results.",
)
