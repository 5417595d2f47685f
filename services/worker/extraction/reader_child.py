"""The work that a child does in production. Apart, so that the fork server can import it before any PDF comes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.worker.extraction.kept import pack
from services.worker.extraction.sheet import read_sheet

if TYPE_CHECKING:
    from services.worker.extraction.limits import Limits


def read(pdf: bytes, limits: Limits) -> bytes:
    """The sheet of a PDF in its kept form. Raises JobFault."""
    return pack(read_sheet(pdf, limits.pages))
