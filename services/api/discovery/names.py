"""What a link is called, by whatever says something. Pure."""

from __future__ import annotations

import re
import unicodedata

from services.api.discovery.kinds import says_nothing

LONGEST_NAME = 200
_BLANKS = re.compile(r"\s+")


def line(text: str) -> str:
    """A text as one line, without what does not print or turns the direction of writing."""
    clean = "".join(sign if unicodedata.category(sign)[0] != "C" else " " for sign in text[: 4 * LONGEST_NAME])
    return _BLANKS.sub(" ", clean).strip()[:LONGEST_NAME].rstrip()


def best_name(*texts: str) -> str:
    """The first that says something, or the first that is there."""
    there = [text for text in texts if text]
    return next((text for text in there if not says_nothing(text)), there[0] if there else "")
