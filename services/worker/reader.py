from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

    from services.worker.extraction.kept import KeptSheet


class Reader(Protocol):
    """How a job reads a PDF; `version` names the readings that it would make again just so."""

    @property
    def version(self) -> str: ...

    async def read(self, pdf: bytes, tell: Callable[[str], None]) -> KeptSheet:
        """Everything the PDF prints; `tell` takes sentences about what is done, in case it takes long.

        Raises JobFault and Transient, and never takes this process along.
        """
        ...
