"""The lines over the rows: events, heats, sessions and the heads of columns, in the words of one language."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from services.worker.extraction.layouts.dates import Period, find_period
from services.worker.extraction.layouts.times import CLOCK, clock_time
from services.worker.extraction.layouts.words import either

if TYPE_CHECKING:
    from services.worker.extraction.layouts.words import Words

#: A heading has no more characters; a longer line is not tried, which bounds the time of each.
LONGEST = 300
_NUMBER = r"\d{1,4}(?:[A-Z]{1,2}\b)?(?:\s*/\s*\d{1,4}(?:[A-Z]{1,2}\b)?)*"
_DASH = r"[-\u2013\u2014]"
#: Some sheets print no word before the number: `67 (M) 11Y - 12Y | M`.
_WORDLESS = re.compile(r"(?P<number>\d{1,3})\s+(?P<name>\((?:M|F|X|MX|Mx)\)\s*\S[^|]*\|\s*[MFX]{1,2}(?:\s+\S.*)?)")
_IN_EVENT = re.compile(rf"\(\s*#\s*(?P<number>{_NUMBER})\s*(?P<name>.*?)\s*\)?$")
_TIMES_DISTANCE = re.compile(r"\b\d{1,2}\s*[x×*]\s*\d{2,3}", re.IGNORECASE)  # noqa: RUF001 - the sign itself


@dataclass(frozen=True, slots=True)
class Event:
    """`start` is the event's printed start, `heats` the count that a list of events gives."""

    number: str
    name: str
    is_relay: bool = False
    is_mixed: bool = False
    start: str | None = None
    heats: int | None = None


@dataclass(frozen=True, slots=True)
class HeatLine:
    """`count` is None on a line that continues a heat; `event` is what such a line says of its event, maybe clipped."""

    number: int
    count: int | None = None
    round: str | None = None
    start: str | None = None
    event: Event | None = None


@dataclass(frozen=True, slots=True)
class Session:
    name: str
    period: Period | None


class Headings:
    """What the lines over the rows say. Nothing here raises; a line that says nothing of the kind gives None."""

    def __init__(self, words: Words, *, day_first: bool = False) -> None:
        self._day_first = day_first
        number = rf"(?:(?:{either(words.number)})\b\s*[.:]?\s*|[#º°]\s*)*"
        count = rf"(?:\s*(?:(?:{either(words.of)})\b|/)\s*(?P<count>\d{{1,4}})\b)?"
        again = rf"(?:{either(words.continued)})\b\.?"
        self._event = re.compile(
            rf"\(?(?:{again}\s+)?(?:(?:{either(words.event)})\b\s*{number}|#\s*)(?P<number>{_NUMBER})[º°ª]?"
            rf"(?:\s*(?:[:.,;]|\s|{_DASH}(?=\s))|(?=[^\W\d_]{{3}}))\s*(?:[:,\-\u2013\u2014]\s*)?(?P<name>\S.*)",
            re.IGNORECASE,
        )
        #: Around the name where a heading is repeated: `...(Girls 400 IM)`, `Girls 400 IM (continued)`.
        self._repeated = re.compile(rf"^[.…]*\s*\(|^[.…]+|[\s,-]*\(?{again}\)?\s*$", re.IGNORECASE)
        self._heat = re.compile(
            rf"(?:{either(words.heat)})\b\s*{number}(?P<number>\d{{1,4}})(?:\b|[ªºa])\.?{count}(?P<rest>.*)",
            re.IGNORECASE,
        )
        self._ordinal_heat = re.compile(
            rf"(?P<number>\d{{1,3}})(?:\.|ª|º|°|a|e|re|ère|ème|st|nd|rd|th)\s*(?:{either(words.heat)})\b{count}"
            rf"(?P<rest>\s*(?:$|[-(\u2013].*))",
            re.IGNORECASE,
        )
        clock = rf"(?P<time>{CLOCK})\s*(?:(?:{either(words.clock)})\b\.?)?"
        self._starts = re.compile(
            rf"[-,]?\s*[(\[]?(?:(?:(?:{either(words.about)})\b[.:]*|[~@])\s*)+{clock}\s*[)\]]?", re.IGNORECASE
        )
        self._bare_start = re.compile(
            rf"[\s(\[,-]+{clock}\s*(?:(?:{either(words.about)})\b\.?\s*)?[)\]]?\s*$", re.IGNORECASE
        )
        self._heats = re.compile(rf"\(\s*(?P<heats>\d{{1,3}})\s+(?:{either(words.heats)})\b\s*\)", re.IGNORECASE)
        self._session = re.compile(
            rf"(?:(?:{either(words.session)})\b\s*{number}\d{{1,2}}\b|\d{{1,2}}[.ªº°a]\s*(?:{either(words.session)})\b(?=\s*(?:$|[-\u2013:,(]))).*",
            re.IGNORECASE,
        )
        self._begins = re.compile(rf"(?:{either(words.begins)})\b[\s:.]*{clock}.*", re.IGNORECASE)
        self._alternates = re.compile(rf"(?:{either(words.alternates)})\b[\s:.]*", re.IGNORECASE)
        self._start_list = re.compile(rf"[\s,;:-]*(?:{either(words.start_list)})?[\s,;:.-]*", re.IGNORECASE)
        self._venue = re.compile(rf"(?:{either(words.venue)})\s*(?::\s*(?P<name>.*))?", re.IGNORECASE)
        self._relay = re.compile(rf"(?:{either(words.relay)})\b", re.IGNORECASE)
        genders = either((*words.women, *words.men))
        self._one_gender = re.compile(rf"(?<![^\W\d_])(?:{genders})(?![^\W\d_])", re.IGNORECASE)
        stroke = rf"(?<![^\W\d_])(?:{either((*words.strokes, *words.relay))})\b"
        self._stroke = re.compile(stroke, re.IGNORECASE)
        self._only_strokes = re.compile(rf"(?:{stroke}[\s/.-]*)+", re.IGNORECASE)

    def event(self, text: str) -> Event | None:
        if len(text) > LONGEST:
            return None
        if wordless := _WORDLESS.fullmatch(text):
            return self._named(wordless["number"], wordless["name"])
        found = self._event.fullmatch(text)
        if found is None:
            return None
        name = found["name"]
        stripped = self._repeated.sub("", name)
        if stripped != name or text.startswith("("):
            stripped = stripped.removesuffix(")") if stripped.count(")") > stripped.count("(") else stripped
        return self._named(found["number"], stripped.strip())

    def is_wordless_event(self, text: str) -> bool:
        return "|" in text and _WORDLESS.fullmatch(text) is not None

    def heat(self, text: str) -> HeatLine | None:
        if len(text) > LONGEST:
            return None
        found = self._heat.fullmatch(text) or self._ordinal_heat.fullmatch(text)
        if found is None:
            return None
        rest, event = found["rest"], None
        if inside := _IN_EVENT.search(rest):
            rest = rest[: inside.start()]
            event = self._named(inside["number"], inside["name"])
        rest, start = self._start_in(rest)
        count = found["count"]
        return HeatLine(
            number=int(found["number"]),
            count=None if count is None else int(count),
            round=rest.strip(" -\u2013:,") or None,
            start=start,
            event=event,
        )

    def session(self, text: str) -> Session | None:
        """`Abschnitt 1 - Samstag 30.11.2019`: the whole line is its name."""
        if len(text) > LONGEST or not self._session.fullmatch(text):
            return None
        return Session(text, find_period(text, day_first=self._day_first))

    def begins(self, text: str) -> str | None:
        """The start in a line like `Beginn: 08:30 Uhr`, as `HH:MM`."""
        found = self._begins.fullmatch(text)
        return clock_time(found["time"]) if found else None

    def day(self, text: str) -> tuple[Period, str | None] | None:
        """A day and perhaps a time, and nothing else but words for a start list: `12.03.2026 - 9:30 Start list`."""
        if not text[:1].isdigit():
            return None
        period = find_period(text, day_first=self._day_first)
        if period is None or period.at:
            return None
        rest = text[period.until :]
        start = re.match(rf"[\s,;-]*(?P<time>{CLOCK})", rest)
        if start is not None:
            rest = rest[start.end() :]
        if not self._start_list.fullmatch(rest):
            return None
        return period, clock_time(start["time"]) if start else None

    def venue(self, text: str) -> str | None:
        """What a line says after a word for the venue: an empty text where the next line does; None for other lines."""
        found = self._venue.fullmatch(text) if len(text) <= LONGEST else None
        return None if found is None else (found["name"] or "").strip()

    def goes_on(self, event: Event, text: str) -> Event | None:
        """The event with the rest of its name, where the line was broken before its stroke."""
        if not self._stroke.search(text) or (self._stroke.search(event.name) and not self._relay.match(text)):
            return None
        if self._only_strokes.fullmatch(text) or event.name.startswith("("):
            return self._named(event.number, f"{event.name} {text}")
        return None

    def is_alternates(self, text: str) -> bool:
        return self._alternates.fullmatch(text) is not None

    def _named(self, number: str, name: str) -> Event:
        heats = self._heats.search(name)
        if heats:
            name = f"{name[: heats.start()]} {name[heats.end() :]}"
        start = None
        if ":" in name or heats:
            name, start = self._start_in(name)
        return Event(
            number=" / ".join(part.strip().upper() for part in number.split("/")),
            name=" ".join(name.split()),
            is_relay=bool(self._relay.search(name) or _TIMES_DISTANCE.search(name)),
            is_mixed=self._one_gender.search(name) is None,
            start=start,
            heats=int(heats["heats"]) if heats else None,
        )

    def _start_in(self, text: str) -> tuple[str, str | None]:
        """The text without the start that it tells, and that as `HH:MM`."""
        if not any(map(str.isdigit, text)):
            return text, None
        for form in (self._starts, self._bare_start):
            found = form.search(text)
            if found is not None and (start := clock_time(found["time"])):
                return text[: found.start()] + text[found.end() :], start
        return text, None
