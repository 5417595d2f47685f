from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from services.worker.extraction.kept import KeptSheet


class Reader(Protocol):
    """How a job reads a PDF; `version` names the readings that it would make again just so."""

    @property
    def version(self) -> str: ...

    async def read(self, pdf: bytes) -> KeptSheet:
        """Everything the PDF prints. Raises JobFault and Transient, and never takes this process along."""
        ...
