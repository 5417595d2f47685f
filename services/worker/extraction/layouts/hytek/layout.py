from __future__ import annotations

from typing import TYPE_CHECKING

from schema.extraction import Sheet, Warning  # noqa: A004 - as in its home
from services.worker.extraction.layouts.hytek import headings
from services.worker.extraction.layouts.hytek.broken_rows import rejoin
from services.worker.extraction.layouts.hytek.page_head import is_banner, meet_head, page_head
from services.worker.extraction.layouts.hytek.reading import Reading

if TYPE_CHECKING:
    from services.worker.extraction.lines import Line

#: A sheet says what it is on its first pages or not at all.
_PAGES_ASKED = 5


class HyTek:
    """Meet programs and psych sheets of HY-TEK's Meet Manager, in one to three columns."""

    def recognises(self, pages: list[list[Line]]) -> bool:
        """By the banner; where it was cut off, by column heads together with its event headings."""
        asked = [line.text for lines in pages[:_PAGES_ASKED] for line in lines]
        return any(map(is_banner, asked)) or (
            any(map(_has_column_heads, asked)) and any(map(headings.event_heading, asked))
        )

    def read(self, pages: list[list[Line]]) -> Sheet:
        heads = [page_head(lines) for lines in pages]
        meet = meet_head(heads)
        reading = Reading(meet.period)
        #: Text that stands over several pages is no entry, wherever its printer put it.
        repeated = {text for head in heads for text in head.texts}
        session = None
        for lines, head in zip(pages, heads, strict=True):
            if head.is_report:
                continue
            session = head.session or session
            reading.begin_page(session)
            body = [line for line in lines[head.lines :] if line.text not in repeated and not is_banner(line.text)]
            for line in rejoin(body):
                reading.take(line)
        if not reading.entries:
            reading.warnings.append(_NO_ENTRIES)
        days = {entry.session_date for entry in reading.entries}
        return Sheet(
            meet_name=_short(meet.name),
            session_date=days.pop() if len(days) == 1 else None,
            meet_date_start=meet.period.start if meet.period else None,
            meet_date_end=meet.period.end if meet.period else None,
            venue=_short(meet.venue),
            entries=tuple(reading.entries),
            warnings=tuple(reading.warnings),
        )


def _has_column_heads(text: str) -> bool:
    heads = headings.columns(text)
    return heads is not None and (heads.has_age or heads.is_relay or heads.has_school_year)


def _short(text: str | None) -> str | None:
    return None if text is None else text[:500]


_NO_ENTRIES = Warning(
    code="no_entries",
    message="This is a Meet Manager document without entries of a heat sheet, such as a report or a list of results.",
)
