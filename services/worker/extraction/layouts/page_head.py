"""What stands over the rows of a page: the program's banner, the meet, the session."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from services.worker.extraction.layouts.dates import Period, find_period
from services.worker.extraction.layouts.words import either, languages

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from services.worker.extraction.lines import Line

_BANNER = re.compile(
    r"(?P<licence>.*?)\s*HY-?\s?TEK.{0,3}s?\s+MEET\s+MANAGER\b.*"
    r"|.*\bSplash Meet Manager\b.*|.*\berzeugt mit \W?EasyWk\b.*",
    re.IGNORECASE,
)
_PAGE_WORDS = r"(?:page|seite|sayfa|p[áa]gina|p[áa]g|pagina|blz)"
_PRINTED_PAGE = re.compile(
    rf"[-\s|,]*{_PAGE_WORDS}\.?\s*:?\s*\d+(?:\s*(?:of|/|von|de|di|van|sur)\s*\d+)?\s*$|(?:^|\s+)\d+\s*/\s*\d+$",
    re.IGNORECASE,
)
#: Programs that name themselves and no more.
_PROGRAM = re.compile(r"(?:TouchPad|TeamUnify|SwimTopia|Meet Maestro|Meet Mobile|Swimify)\b.*", re.IGNORECASE)
_FROM = re.compile(r"[\s,(]*\b(?:from|vom|du|dal|del|de|van)\s*$", re.IGNORECASE)
_ADDRESS = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_START_LIST = either(sorted({word for words in languages() for word in words.start_list}, key=len, reverse=True))
_TITLE = re.compile(
    rf"(?P<title>Meet\s+Results|Results|Session\s+Report|Timeline|{_START_LIST})\b(?:\s*[-\u2013:]\s*(?P<session>.+))?",
    re.IGNORECASE,
)
_KIND = re.compile(rf"^(?:{_START_LIST})(?:\s*[-\u2013\u2014:]\s*|\s+(?=\S)|$)", re.IGNORECASE)
_SITE = re.compile(r"(?P<site>.+?)\s*-\s*Site License\b.*", re.IGNORECASE)
_SANCTION = re.compile(r"[,;-]?\s*\(?Sanction(?:ed)?\b.*", re.IGNORECASE)
_PLACE_WORDS = re.compile(
    r"\b(?:pool|aquatics? cent(?:er|re)|natatorium|cent(?:er|re)|complex|university|college|school|park|ymca|club"
    r"|stadium|leisure|arena|campus|facility|piscina|piscine|zwembad|schwimmbad|schwimmhalle|havuzu)\b"
    r"|^[^\d,:]+,\s*[A-Z][^\d:,]*$",
    re.IGNORECASE,
)
_TRIM = " -\u2013\u2014,(|"
#: `Page 10 of 100` and its like have no more characters.
_LONGEST_NUMBER = 30
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
    name: str | None = None
    venue: str | None = None
    period: Period | None = None


def is_banner(text: str) -> bool:
    folded = text.casefold()
    return ("manager" in folded or "easywk" in folded) and _BANNER.fullmatch(text) is not None


def prints_years(text: str) -> bool:
    """Whether this is the banner of a program that prints two figures of the year of birth, and never an age."""
    return "splash" in text.casefold() and is_banner(text)


def is_page_number(text: str) -> bool:
    return text[-1:].isdigit() and len(text) <= _LONGEST_NUMBER and _PRINTED_PAGE.fullmatch(text) is not None


def page_head(lines: list[Line], belongs_to_event: Callable[[str], bool]) -> PageHead:
    """Read the head: up to its title where it has one, otherwise up to the first line that belongs to an event."""
    licence: str | None = None
    texts: list[str] = []
    for number, line in enumerate(lines[:_DEEPEST]):
        text = _PRINTED_PAGE.sub("", line.text)
        if banner := _BANNER.fullmatch(line.text):
            licence = (banner["licence"] or "").strip(" -") or licence
        elif title := _TITLE.fullmatch(text):
            return PageHead(number + 1, licence, title["title"], title["session"], tuple(texts))
        elif belongs_to_event(line.text):
            return PageHead(number, licence, texts=tuple(texts))
        elif text and not _ADDRESS.fullmatch(text) and not _PROGRAM.fullmatch(text):
            texts.append(text)
    return PageHead(0)


def meet_head(heads: list[PageHead], *, day_first: bool = False) -> MeetHead:
    """The meet's name, place and days; a banner's date is the day of printing and is no evidence."""
    return _meet(_common(heads), next((head.licence for head in heads if head.licence), None), day_first=day_first)


def _common(heads: list[PageHead]) -> tuple[str, ...]:
    """The texts of the head that most pages share: a cover or a broken page tells less."""
    counts = Counter(head.texts for head in heads if head.texts)
    return counts.most_common(1)[0][0] if counts else ()


def _meet(texts: Iterable[str], licence: str | None, *, day_first: bool) -> MeetHead:
    name: str | None = None
    venue: str | None = None
    period: Period | None = None
    for text in texts:
        found = find_period(text, day_first=day_first)
        if found is not None:
            period = period or found
            text = _FROM.sub("", text[: found.at]).strip(_TRIM) + text[found.until :].rstrip(" )")  # noqa: PLW2901 - the rest of it
        rest = _KIND.sub("", _SANCTION.sub("", text).strip(_TRIM)).strip(_TRIM)
        if not rest:
            continue
        if name is None:
            name = rest
        elif venue is None and (found is not None or _PLACE_WORDS.search(rest)):
            venue = rest
    site = _SITE.fullmatch(licence or "")
    if site is not None:  # a licence for a site names the pool, one for a club does not
        venue = f"{site['site']}, {venue}" if venue and venue not in site["site"] else site["site"]
    return MeetHead(name, venue, period)
