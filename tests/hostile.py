"""Texts by which a stranger would like to be more than a text, by what they try."""

from __future__ import annotations

import re
import unicodedata

TEXTS = {
    "script": "<script>document.title='owned'</script>",
    "element": "<img src=x onerror=\"document.title='owned'\">",
    "marks": "\"'`>&amp;<!--{{7*7}}${7*7}%0d%0aX-Owned:%201",
    "header": "Maya\r\nBcc: everybody@home.example\r\nX-Owned: 1",
    "component": "Maya\r\nEND:VEVENT\r\nBEGIN:VALARM\nATTACH:https://spy.example;a=b,c:d\\n",
    "formula": '=HYPERLINK("https://spy.example";"swims")',
    "command": "+cmd|' /C calc'!A0",
    "override": "Maya\u202efdp.exe",
    "isolate": "\u2067Maya\u2066 Lindqvist\u2069\u200f",
    "unseen": "Ma\u200bya\ufeff\u00ad\u2060\U000e0041",
    "nul": "Ma\x00ya",
    "terminal": "\x1b[31mMaya\x1b]0;owned\x07\x08\x7f",
    "terminal, in one byte": "\x9b31mMaya\x9d0;owned\x9c",
    "ends of lines": "Maya\u2028Nora\u2029Runa\x85Greta\x0bKyla\x0cLena",
    "traversal": "../../etc/passwd",
    "markup of a terminal": "[bold red]Maya[/] [link=https://spy.example]x[/link]",
    "long": "Maya " * 1000,
}
#: All at once, for where each in its turn takes too long.
EVERYTHING = " ".join(text for name, text in TEXTS.items() if name not in ("long", "nul"))
#: Half of a pair, as JSON can write it and no text can have it.
HALF_PAIR = '"Ma\\ud800ya"'
#: The joiners that many scripts are written with.
_JOINERS = "\u200c\u200d"


def shows_what_it_says(text: str) -> bool:
    """Nothing in it is unseen, turns the text around it, or ends a line."""
    return all(sign in _JOINERS or unicodedata.category(sign) not in ("Cc", "Cf", "Cs", "Zl", "Zp") for sign in text)


def letters(text: str) -> str:
    """What of it is a letter, to see what was kept."""
    return re.sub(r"[^A-Za-z]", "", text)
