"""From a PDF to the swims of one swimmer; see README.md."""

from __future__ import annotations

from services.worker.extraction.extractor import READER_VERSION, Extractor, LocalExtractor
from services.worker.extraction.kept import Damaged, KeptSheet
from services.worker.extraction.limits import Limits
from services.worker.extraction.names import normalize
from services.worker.extraction.sandbox import Sandbox
from services.worker.extraction.search import find
from services.worker.extraction.team import find_team

__all__ = [
    "READER_VERSION",
    "Damaged",
    "Extractor",
    "KeptSheet",
    "Limits",
    "LocalExtractor",
    "Sandbox",
    "find",
    "find_team",
    "normalize",
]
