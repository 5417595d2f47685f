"""The swimmers of a relay, as lines under its team print them: numbered, or as a list with commas."""

from __future__ import annotations

import re

_STARTS_LEG = re.compile(r"[1-9]\)(?:\s|$)")
#: The name before it was broken, and its rest begins this line.
_GOES_ON = re.compile(r"[^\d:]{1,60}\s[2-9]\)(?:\s|$)")
#: Without a border before it: a long name pushes its age up to the next number, as in `Bo G 102) Rune`.
_NUMBER = re.compile(r"([1-9])\)")
#: What follows a leg's name: an age, with a gender before it in mixed relays, or a school year.
_AGE = re.compile(r"\s*\d{1,2}$|\s+(?:FR|SO|JR|SR|(?:19|20)\d{2})$")
_GENDER_AGE = re.compile(r"(?<![A-Z])[MWFGB]\d{1,2}$")
#: A name with what says how old its swimmer is, so that commas in names do no harm.
_LISTED = re.compile(r"(?P<name>[^\d\s][^\d]*?)\s+(?:(?:19|20)\d{2}|\d{2})\s*(?:,\s*|$)")


def is_legs(text: str) -> bool:
    """Whether a line goes on with a relay: `1) Last, First 16 2) Last, First M 15`, `First LAST 09, First LAST 10`."""
    if _STARTS_LEG.match(text) or _GOES_ON.match(text):
        return True
    return "".join(found.group() for found in _LISTED.finditer(text)) == text != ""


def is_unfinished(text: str) -> bool:
    """Whether the name of the last leg goes on in the next line."""
    return text.endswith((")", ","))


def legs(text: str, *, may_have_gender: bool) -> tuple[str, ...]:
    """The names of the legs in their places; a place that is not filled yet is an empty text."""
    if not _STARTS_LEG.match(text):
        return tuple(found["name"] for found in _LISTED.finditer(text))
    parts = _NUMBER.split(text)
    named = {}
    for number, name in zip(parts[1::2], parts[2::2], strict=True):
        bare = _GENDER_AGE.sub("", name.strip()) if may_have_gender else name
        named[int(number)] = _AGE.sub("", bare.strip()).strip()
    last = max((number for number, name in named.items() if name), default=0)
    return tuple(named.get(number, "") for number in range(1, last + 1))
