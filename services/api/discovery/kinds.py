"""What a PDF of a meet page is, by the words that are said of it, which are in `words.toml`. Pure."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from importlib.resources import files

from schema.pdf_kind import PdfKind

#: Worth a question to its site where nothing but its words says that it is a PDF.
SHEETS = frozenset({PdfKind.HEAT_SHEET, PdfKind.PSYCH_SHEET, PdfKind.SESSION_REPORT, PdfKind.TIMELINE})

_WORDS = tomllib.loads((files(__package__) / "words.toml").read_text())
_EMPTY = frozenset(_WORDS["empty"])
_KINDS = tuple(
    (PdfKind(said["kind"]), re.compile(rf"\b(?:{'|'.join(said['words']).replace(' ', ' ?')})\b"))
    for said in _WORDS["kinds"]
)
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|(?<=[A-Za-z])(?=\d)|(?<=\d)(?=[A-Za-z])")
_NO_WORD = re.compile(r"[^a-z0-9]+")
#: As much of a text is looked at; what says something says it early.
LONGEST = 300


def plain(text: str) -> str:
    """The words of a text or a file name: small, without accents, one blank between them."""
    parted = unicodedata.normalize("NFKD", _CAMEL.sub(" ", text[:LONGEST]))
    bare = "".join(sign for sign in parted if not unicodedata.combining(sign)).casefold()
    return _NO_WORD.sub(" ", bare.replace("\N{LATIN SMALL LETTER DOTLESS I}", "i").replace("&", " and ")).strip()


def kind_said(text: str) -> PdfKind | None:
    """What a text says of a PDF."""
    words = plain(text)
    return next((kind for kind, pattern in _KINDS if pattern.search(words)), None)


def kind_hinted(text: str) -> PdfKind | None:
    """As `kind_said`, for words that stand around many links: only where they name one kind."""
    words = plain(text)
    found = {kind for kind, pattern in _KINDS if pattern.search(words)}
    return found.pop() if len(found) == 1 else None


def says_nothing(text: str) -> bool:
    """Whether a text tells one link from another as little as "download" does."""
    words = plain(text).split()
    if not words:  # another script's letters may say much
        return not any(sign.isalpha() for sign in text)
    return all(word in _EMPTY or word.isdigit() for word in words)
