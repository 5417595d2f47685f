from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from services.worker.extraction.text_layer import PageText

#: Lines to write a result on, and dots that lead the eye: no part of what the sheet says.
_FILLERS = re.compile(r"_{2,}|\.{4,}")
_LIGATURES = {chr(code): unicodedata.normalize("NFKC", chr(code)) for code in range(0xFB00, 0xFB07)}
_CHARACTERS = str.maketrans(
    {
        **_LIGATURES,
        "\u03d0": "f",  # seen where a font maps its fi or fl ligature to a Greek letter
        "\ufffe": "-\n",  # PDFium's sign for a hyphen at the end of a line, which it joins with the next
        "\x02": "-\n",  # the same, in other versions
        "\u00ad": "-",
        "\u2010": "-",
        "\u2011": "-",
        "\u200b": "",
        "\ufeff": "",
    }
)


@dataclass(frozen=True, slots=True)
class Line:
    """A printed line, its blanks made single; `page` counts from 1."""

    page: int
    text: str


def split(pages: Iterable[PageText]) -> list[list[Line]]:
    """The lines of each page that has any, mended of what fonts and printers did to their characters."""
    found = ([Line(page.number, text) for part in _mended(page) if (text := clean(part))] for page in pages)
    return [lines for lines in found if lines]


def _mended(page: PageText) -> list[str]:
    return page.text.translate(_CHARACTERS).splitlines()


def clean(text: str) -> str:
    """One line without its fillers and its doubled blanks."""
    if not text.isprintable():
        text = "".join(c if c.isprintable() else " " for c in text)
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    if "__" in text or "...." in text:
        text = _FILLERS.sub(" ", text)
    return " ".join(text.split())
