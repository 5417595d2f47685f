from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from schema.cloudevents import Fact
from services.runtime.clock import new_id, now

if TYPE_CHECKING:
    from uuid import UUID

    from aio_pika.abc import AbstractIncomingMessage

    from schema.events import BatchEvent

SOURCE = "heatstream/worker"
_TRACEPARENT = re.compile(r"^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$")


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the events of a piece of work come from: the request at the start of the chain, and the last message."""

    correlation_id: str | None
    causation_id: str | None
    traceparent: str | None

    @classmethod
    def of(cls, message: AbstractIncomingMessage) -> Origin:
        message_id = _clean(message.message_id)
        traceparent = message.headers.get("traceparent")
        usable = isinstance(traceparent, str) and _TRACEPARENT.match(traceparent) is not None
        return cls(_clean(message.correlation_id) or message_id, message_id, str(traceparent) if usable else None)

    def fact(self, batch_id: UUID, event: BatchEvent) -> Fact:
        """The event, happening now, in its envelope."""
        return Fact(
            id=new_id(),
            batch_id=batch_id,
            occurred_at=now(),
            source=SOURCE,
            event=event,
            correlation_id=self.correlation_id,
            causation_id=self.causation_id,
            traceparent=self.traceparent,
        )


def _clean(text: str | None) -> str | None:
    """PostgreSQL stores no NUL, and an event with one would be set aside; such an id is no id."""
    return text if text and "\x00" not in text else None
