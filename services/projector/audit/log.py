from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

import orjson

from schema.cloudevents import Fact
from services.projector.audit.looking import fetch

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from schema.events import BatchEvent
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

    def fact(self, event: BatchEvent) -> Fact:
        """What this row records, with its event as it was read."""
        message_id, batch_id = self.message_id, self.batch_id
        # The last three are the request, the cause and the trace.
        return Fact(message_id, batch_id, self.occurred_at, self.source, event, *self[8:11])


def rows(seen: Looking, after: UUID, until: UUID) -> Iterator[Row]:
    """The log of the batches after one id and until another, in order."""
    return map(Row._make, fetch(seen, "projector_audit_log", after, until))


def of_batch(seen: Looking, batch_id: UUID) -> list[Row]:
    return list(rows(seen, UUID(int=max(batch_id.int - 1, 0)), batch_id))
