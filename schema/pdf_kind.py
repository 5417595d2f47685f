"""Apart from the models: the process that reads a stranger's page needs this, and is not to wait for pydantic."""

from __future__ import annotations

from enum import StrEnum


class PdfKind(StrEnum):
    """In the order of an answer: what has heats and lanes, what helps to read it, the unknown, what is no sheet."""

    HEAT_SHEET = "heat_sheet"
    PSYCH_SHEET = "psych_sheet"
    SESSION_REPORT = "session_report"
    TIMELINE = "timeline"
    UNKNOWN = "unknown"
    INFORMATION = "information"
    RESULTS = "results"
    ENTRY_FORM = "entry_form"
    FLYER = "flyer"
    MAP = "map"
    WAIVER = "waiver"
