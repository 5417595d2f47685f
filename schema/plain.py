"""Texts of strangers as one line that shows what it says."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import quote

#: For patterns: controls, and ends of lines beyond ASCII's.
CONTROLS = r"\x00-\x1f\x7f-\x9f\u2028\u2029"
#: For patterns: what turns the direction of the text around it, or is not seen at all. The joiners of Persian and of
#: many other scripts are not among them.
TURNS = r"\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
_CONTROLS, _TURNS = re.compile(f"[{CONTROLS}]+"), re.compile(f"[{TURNS}\U000e0000-\U000e007f]+")
_UNSEEN = re.compile(f"[{CONTROLS}{TURNS}\U000e0000-\U000e007f]+")


def plain(text: str) -> str:
    """The text without turns; a blank for controls and ends of lines, a replacement character for half a pair."""
    if text.isprintable():
        return text
    whole = "".join("\ufffd" if unicodedata.category(sign) == "Cs" else sign for sign in text)
    return _CONTROLS.sub(" ", _TURNS.sub("", whole))


def plain_link(link: str) -> str:
    """The same link with what is not seen percent-encoded, as whoever fetches it would send it."""
    return link if link.isprintable() else _UNSEEN.sub(lambda unseen: quote(unseen[0]), link)
