from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from services.worker.extraction.search import find

if TYPE_CHECKING:
    from schema.extraction import ExtractionResult
    from services.worker.extraction.kept import KeptSheet
    from services.worker.extraction.sandbox import Sandbox

#: Kept readings of other versions are read anew: raise it with every change of what a reading gives.
READER_VERSION = "2"


class Extractor(Protocol):
    """A way from a PDF to one swimmer's swims."""

    async def extract(self, pdf: bytes, swimmer: str) -> ExtractionResult:
        """Raises JobFault."""
        ...


class LocalExtractor:
    """Reads the text layer, with no network and no key: first the whole sheet, then one swimmer's part of it.

    The two steps are there by themselves, so that a sheet is read once for all its swimmers.
    """

    version = READER_VERSION

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    async def extract(self, pdf: bytes, swimmer: str) -> ExtractionResult:
        return find(await self.read(pdf), swimmer)

    async def read(self, pdf: bytes) -> KeptSheet:
        """Raises JobFault, and Transient as the sandbox does."""
        return await self._sandbox.read(pdf)
