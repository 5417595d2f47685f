from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from schema.extraction import ExtractionResult, Sheet


class Reader(Protocol):
    """How a job reads a PDF; `version` names the readings that it would make again just so."""

    @property
    def version(self) -> str: ...

    async def read(self, pdf: bytes) -> Sheet:
        """Everything the PDF prints. Raises JobFault and Transient, and never takes this process along."""
        ...

    def find(self, sheet: Sheet, swimmer: str) -> ExtractionResult: ...
