from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import structlog

from schema.errors import JobFault
from schema.states import ErrorCode
from services.worker.extraction.search import find

if TYPE_CHECKING:
    from collections.abc import Callable

    from schema.extraction import ExtractionResult
    from services.worker.extraction.kept import KeptSheet
    from services.worker.extraction.ocr.recognition import Recogniser
    from services.worker.extraction.sandbox import Sandbox

log = structlog.get_logger()
#: Kept readings of other versions are read anew: raise it with every change of what a reading gives.
READER_VERSION = "3"


_REMEDY = "Such PDFs can be read where tesseract is installed, or an AI is configured (HEATSTREAM_AI_BASE_URL)."


class Extractor(Protocol):
    """A way from a PDF to one swimmer's swims."""

    async def extract(self, pdf: bytes, swimmer: str) -> ExtractionResult:
        """Raises JobFault."""
        ...


def unheard(sentence: str) -> None:
    """Tell nobody."""


class LocalExtractor:
    """Reads with no network and no key: the text layer, and the text of pictures where there is a recogniser.

    Reading the whole sheet and finding one swimmer's part of it are two steps, so that it is read once for all.
    """

    def __init__(self, sandbox: Sandbox, recogniser: Recogniser | None = None) -> None:
        self._sandbox, self._recogniser = sandbox, recogniser
        #: A reading without a recogniser is none for a worker that has one.
        self.version = READER_VERSION if recogniser is None else f"{READER_VERSION}-ocr"

    async def extract(self, pdf: bytes, swimmer: str) -> ExtractionResult:
        return find(await self.read(pdf), swimmer)

    async def read(self, pdf: bytes, tell: Callable[[str], None] = unheard) -> KeptSheet:
        """`tell` takes sentences for people about what is done. Raises JobFault, and Transient as the sandbox does."""
        try:
            sheet = await self._sandbox.read(pdf)
        except JobFault as fault:
            if fault.code is not ErrorCode.NO_TEXT:
                raise
            if self._recogniser is None:
                raise JobFault(fault.code, f"{fault.sentence} {_REMEDY}") from None
            return await self._sandbox.read(pdf, await self._recognised(pdf, self._recogniser, tell))
        if self._recogniser is None or all(warning.code != "pages_without_text" for warning in sheet.warnings):
            return sheet
        try:
            recognised = await self._recognised(pdf, self._recogniser, tell)
        except JobFault as fault:
            log.info("ocr.given_up", error_code=fault.code, sentence=fault.sentence)
            return sheet
        return await self._sandbox.read(pdf, recognised)

    async def _recognised(self, pdf: bytes, recogniser: Recogniser, tell: Callable[[str], None]) -> dict[int, str]:
        return await recogniser.texts(pdf, await self._sandbox.pictures(pdf), tell)
