from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from schema.extraction import ExtractionResult
    from services.worker.extraction.kept import KeptSheet

#: So many lines of a sheet may stay unread before somebody could be in them.
_UNREAD_LINES = 10
_REASONS = {
    "unknown_layout": "its layout is not known",
    "pages_without_text": "some of its pages have no text",
    "recognised_text": "its text was recognised from pictures",
}


def doubt(kept: KeptSheet, found: ExtractionResult) -> str | None:
    """Why a swimmer who was not found may be in the sheet all the same; None when the reading is sure of itself."""
    if found.events or kept.is_report:
        return None
    if any(warning.code == "unread_line" for warning in found.warnings):
        return "a line with such a name was not understood"
    codes = [warning.code for warning in kept.warnings]
    if codes.count("unread_line") > _UNREAD_LINES:
        return "many of its lines were not understood"
    return next((reason for code, reason in _REASONS.items() if code in codes), None)
