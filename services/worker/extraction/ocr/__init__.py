"""Text of pages that are pictures, by a recogniser that may be installed; see ../README.md."""

from __future__ import annotations

from services.worker.extraction.ocr.recognition import OcrLimits, Recogniser
from services.worker.extraction.ocr.tesseract import installed

__all__ = ["OcrLimits", "Recogniser", "installed"]
