"""The work that a child does in production. Apart, so that the fork server can import it before any PDF comes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from services.worker.extraction import text_layer
from services.worker.extraction.kept import pack
from services.worker.extraction.layouts.words import languages
from services.worker.extraction.lines import split
from services.worker.extraction.sheet import LAYOUTS, read_sheet
from services.worker.extraction.text_layer import PageText

if TYPE_CHECKING:
    from collections.abc import Mapping

    from services.worker.extraction.limits import Limits


def read(pdf: bytes, limits: Limits, *, recognised: Mapping[int, str] | None = None) -> bytes:
    """The sheet of a PDF in its kept form, given the text of pages that are pictures. Raises JobFault."""
    return pack(read_sheet(pdf, limits.pages, recognised=recognised))


def pictures(pdf: bytes, limits: Limits) -> bytes:
    """The numbers of the pages without text, as a JSON list. Raises JobFault."""
    return json.dumps(text_layer.pictures(pdf, limits.pages)).encode()


def prepare() -> None:
    """Build what the first reading in each language would build, most of all patterns: some 60 ms a language."""
    for words in reversed(languages()):  # English last, so that no bounded cache drops the most used for another
        pages = split([PageText(1, f"{words.event[0]} 1\n{words.heat[0]} 1\n1 Muster, Max 12 TEAM 1:02.03")])
        for layout in LAYOUTS:
            if layout.recognises(pages):
                layout.read(pages)
