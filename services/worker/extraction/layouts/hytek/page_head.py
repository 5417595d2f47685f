from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from services.worker.extraction.layouts.dates import Period, find_period
from services.worker.extraction.layouts.hytek import headings, rows

if TYPE_CHECKING:
    from services.worker.extraction.lines import Line

_BANNER = re.compile(r"(?P<licence>.*?)\s*HY-?\s?TEK.{0,3}s?\s+MEET\s+MANAGER\b.*", re.IGNORECASE)
_PRINTED_PAGE = re.compile(r"Page\s+\d+(?:\s+of\s+\d+)?$", re.IGNORECASE)
_TITLE = re.compile(
    r"(?P<title>Meet\s+Program|Heat\s+Sheets?|Psych\s+Sheets?|Meet\s+Results|Results|Session\s+Report|Timeline)"
    r"\b(?:\s*[-\u2013:]\s*(?P<session>.+))?",
    re.IGNORECASE,
)
_SITE = re.compile(r"(?P<site>.+?)\s*-\s*Site License\b.*", re.IGNORECASE)
_SANCTION = re.compile(r"[,;-]?\s*\(?Sanction(?:ed)?\b.*", re.IGNORECASE)
_PLACE_WORDS = re.compile(
    r"\b(?:pool|aquatics? cent(?:er|re)|natatorium|cent(?:er|re)|complex|university|college|school|park|ymca|club"
    r"|stadium|leisure|arena|campus|facility)\b|^[^\d,:]+,\s*[A-Z][^\d:,]*$",
    re.IGNORECASE,
)
#: No page head is longer.
_DEEPEST = 10


@dataclass(frozen=True, slots=True)
class PageHead:
    """What stands over the rows of a page. `lines` is how many of its lines that is."""

    lines: int
    licence: str | None = None
    title: str | None = None
    session: str | None = None
    texts: tuple[str, ...] = ()

    @property
    def is_report(self) -> bool:
        """Whether the page says of itself that it prints no entries of a heat sheet."""
        return self.title is not None and self.title.casefold().endswith(("results", "report", "timeline"))


@dataclass(frozen=True, slots=True)
class MeetHead:
    name: str | None
    venue: str | None
    period: Period | None


def is_banner(text: str) -> bool:
    return _BANNER.fullmatch(text) is not None


def page_head(lines: list[Line]) -> PageHead:
    """Read the head: up to its title where it has one, otherwise up to the first line that belongs to an event."""
    licence: str | None = None
    texts: list[str] = []
    for number, line in enumerate(lines[:_DEEPEST]):
        if banner := _BANNER.fullmatch(line.text):
            licence = banner["licence"].strip(" -") or licence
        elif title := _TITLE.fullmatch(line.text):
            return PageHead(number + 1, licence, title["title"], title["session"], tuple(texts))
        elif _belongs_to_event(line.text):
            return PageHead(number, licence, texts=tuple(texts))
        elif not _PRINTED_PAGE.fullmatch(line.text):
            texts.append(line.text)
    return PageHead(0)


def meet_head(heads: list[PageHead]) -> MeetHead:
    """The meet's name, place and days; the banner's date is the day of printing and is no evidence."""
    head = next((head for head in heads if head.texts), PageHead(0))
    name: str | None = None
    venue: str | None = None
    period: Period | None = None
    for text in head.texts:
        found = find_period(text)
        if found is not None:
            period = period or found
            text = text[: found.at].strip(" -\u2013,(") + text[found.until :].rstrip(" )")  # noqa: PLW2901 - the rest of it
        rest = _SANCTION.sub("", text).strip(" -\u2013,")
        if not rest:
            continue
        if name is None:
            name = rest
        elif venue is None and _PLACE_WORDS.search(rest):
            venue = rest
    site = _SITE.fullmatch(head.licence or "")
    if site is not None:  # a licence for a site names the pool, one for a club does not
        venue = f"{site['site']}, {venue}" if venue and venue not in site["site"] else site["site"]
    return MeetHead(name, venue, period)


def _belongs_to_event(text: str) -> bool:
    return bool(
        headings.event_heading(text)
        or headings.heat_line(text)
        or headings.columns(text)
        or rows.is_whole(text)
        or rows.is_empty_lane(text)
    )
