from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

import orjson

from services.projector.audit.looking import few

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from services.projector.audit.looking import Looking

FIRST, LAST = UUID(int=0), UUID(int=2**128 - 1)


class Row(NamedTuple):
    """A row of the log as it lies there. `data` is JSON, None where it is erased; `commitment` is None in old rows."""

    batch_id: UUID
    event_id: int
    message_id: UUID
    type: str
    version: int
    occurred_at: datetime
    recorded_at: datetime
    source: str
    correlation_id: str | None
    causation_id: str | None
    traceparent: str | None
    salt: bytes | None
    data: str | None
    commitment: bytes | None
    digest: bytes

    def document(self) -> dict[str, Any] | None:
        return None if self.data is None else orjson.loads(self.data)


def rows(seen: Looking, after: UUID, until: UUID) -> Iterator[Row]:
    """The log of the batches after one id and until another, in order."""
    return map(Row._make, few(seen, "projector_audit_log", after, until))


def of_batch(seen: Looking, batch_id: UUID) -> list[Row]:
    return list(rows(seen, UUID(int=max(batch_id.int - 1, 0)), batch_id))
