"""What recognisers misread again and again, mended where a rule of sheets says what it must be."""

# ruff: noqa: RUF001 - marks as a recogniser writes them

from __future__ import annotations

import re

from services.worker.extraction.ocr import accents

#: Marks that are ink of rules and dirt where they stand alone, or at a word's end; a hyphen may be part of a name.
_DIRT = "—–_=+|~«»°‘’“”`{}"
_ALONE = re.compile(rf"(?:(?<=\s)|^)[{re.escape(_DIRT)};:]+(?=\s|$)")
_AT_THE_ENDS = re.compile(r"(?:(?<=\s)|^)[_|~]+(?=\w)|(?<=\w)[_|~°—–]+(?=\s|$)")
#: `Heat 1o0f6`, `Heat 2 0f 4`: the blanks of a heat's count are narrow, and its `o` is round.
_OF = re.compile(r"\b(\w{3,} )([\dlISO]{1,2}?)(?: ?[oO]0?f ?| ?0f ?)([\dlISO]{1,2})(?=\s|$)")
#: A lane as a row begins with it, with dirt before the name; `1)` is the leg of a relay.
_LANE = re.compile(
    r"^(\d{1,2})([.,]?)(?: +|(?<=\d)[*+.,'=]|(?=\())(?:[*+.,'‘’“\"=-] *|[(\[](?![^)]*\)) *)?(?=[^\W\d_])"
)
_LANE_AND_NAME = re.compile(r"^\d{1,2}[.,]? +[^\W\d_]")
#: An upright stroke before small letters, where a name begins: no name begins with a small letter.
_STROKE = re.compile(r"(?:(?<=, )|(?<=^\d ))[l|1](?=[a-z])")
#: An apostrophe inside a name that leans, and a relay's letter that was seen twice, once small.
_APOSTROPHE = re.compile(r"(?<=\b[DLO])[/‘’`](?=[A-Z][a-z])")
_TWICE = re.compile(r"(?<= )([COSVWXZ])(?!\1)(?i:\1)(?= )")
#: An age with dirt at it, after the name of a row.
_AGE = re.compile(r"^(\d{1,2} [^\d]+ [MWF]?\d{1,2})[.,'*°](?= \S)")
#: The age with the gender of a mixed event, whose one or two strokes were taken for more, or for letters.
_AGE_OF = re.compile(r"(?<=\S )([MWF])[MWFmwf]?([il|I\d]{2,4})(?= [^\d\s])")
#: An initial that stands close, before the age: no name ends with a capital.
_INITIAL = re.compile(r"(?<=[a-z])(?=[A-Z] [MWF]?\d{1,2} )")
#: What ends a row, and is a time but for the mark between seconds and hundredths.
_MARKLESS = re.compile(r"(?<= )(?!19\d\d|20\d\d)([0-6]\d)(\d\d[A-Z]?)$")
_TIME = re.compile(r"(?<!\S)[\dOolIS|]{1,2}(?:[:.,][\dOolISB|]{2}){1,2}(?=[A-Z]?(?:\s|$))")
#: A time, its course and a flag in one.
_FLAG = re.compile(r"(?<=[.,]\d\d[LYS])(?=[A-Z]{1,4}$)")
_DIGITS = str.maketrans("OoilI|SB", "00111158")


def mended(lines: list[str]) -> list[str]:
    """The lines of a page; those of nothing but dirt are left out."""
    cleaned = (_AT_THE_ENDS.sub("", _ALONE.sub(" ", line)) for line in lines)
    kept = [" ".join(line.split()) for line in cleaned if any(map(str.isalnum, line))]
    rows = [line for line in kept if _LANE_AND_NAME.match(line)]
    is_ranked = 2 * sum("." in row[:3] for row in rows) > len(rows)
    return [_line(line, is_ranked=is_ranked) for line in kept]


def _line(line: str, *, is_ranked: bool) -> str:
    line = accents.restored(_OF.sub(_of, line))
    line = _TIME.sub(lambda time: time[0].translate(_DIGITS), line)
    line = _LANE.sub(lambda lane: f"{lane[1]}{lane[2] if is_ranked else ''} ", line)
    line = _STROKE.sub("I", line)
    if _LANE_AND_NAME.match(line):
        line = _TWICE.sub(r"\1", _APOSTROPHE.sub("'", line))
        line = _AGE.sub(r"\1", line)
        line = _AGE_OF.sub(lambda age: age[1] + age[2].translate(_DIGITS)[-2:], line, count=1)
        line = _INITIAL.sub(" ", line)
        line = _FLAG.sub(" ", line)
        line = _MARKLESS.sub(r"\1.\2", line)
    return line


def _of(found: re.Match[str]) -> str:
    heat, heats = (part.translate(_DIGITS) for part in found.group(2, 3))
    return f"{found[1]}{heat} of {heats}"
