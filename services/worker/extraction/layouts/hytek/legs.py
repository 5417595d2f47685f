from __future__ import annotations

import re

_STARTS_LEG = re.compile(r"[1-9]\)(?:\s|$)")
#: Without a border before it: a long name pushes its age up to the next number, as in `Bo G 102) Rune`.
_NUMBER = re.compile(r"([1-9])\)")
#: What follows a leg's name: an age, with a gender before it in mixed relays, or a school year.
_AGE = re.compile(r"\s*\d{1,2}$|\s+(?:FR|SO|JR|SR)$")
_GENDER_AGE = re.compile(r"(?<![A-Z])[MWFGB]\d{1,2}$")


def is_legs(text: str) -> bool:
    """Whether a line goes on with a relay: `1) Last, First 16 2) Last, First M 15`."""
    return _STARTS_LEG.match(text) is not None


def is_unfinished(text: str) -> bool:
    """Whether the name of the last leg goes on in the next line."""
    return text.endswith((")", ","))


def legs(text: str, *, may_have_gender: bool) -> tuple[str, ...]:
    """The names of the legs in their places; a place that is not filled yet is an empty text."""
    parts = _NUMBER.split(text)
    named = {}
    for number, name in zip(parts[1::2], parts[2::2], strict=True):
        bare = _GENDER_AGE.sub("", name.strip()) if may_have_gender else name
        named[int(number)] = _AGE.sub("", bare.strip()).strip()
    last = max((number for number, name in named.items() if name), default=0)
    return tuple(named.get(number, "") for number in range(1, last + 1))
