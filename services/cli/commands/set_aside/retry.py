from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson
import structlog
from aio_pika import DeliveryMode, Message

from schema.cloudevents import BATCH_CONTENT_TYPE, Fact
from schema.events import BatchDeadLetterRedriven, BatchSubmitted, RetriedSetAside
from schema.identity import partition_of
from services.runtime.clock import new_id, now
from services.runtime.dead_letters.letter import REDRIVEN_BY
from services.runtime.dead_letters.redrive import storable
from services.runtime.topology import EVENTS, events_queue

if TYPE_CHECKING:
    import asyncpg

    from services.runtime.event_publisher import EventPublisher
    from services.runtime.publisher import Publisher

log = structlog.get_logger()
#: After a fix, or an upgrade, these may be folded; whatever else was set aside changes nothing however often it comes.
WORTH_RETRYING = (
    "bad_data",
    "bad_envelope",
    "bug",
    "future_version",
    "not_a_batch",
    "not_json",
    "unknown_batch",
    "unknown_job",
    "unknown_type",
)
#: Set aside as whole messages; of others only the one event was kept.
_MESSAGES = frozenset({"not_a_batch", "not_json"})
ERASED = "its bytes are erased"
HOMELESS = "nobody can tell which partition it came from"


@dataclass(frozen=True, slots=True)
class Retry:
    """Gives set-aside events to the fold again, one by one, and tells their batches so.

    `source` names the program that does it, `by` the person, `why` their words.
    """

    publisher: Publisher
    events: EventPublisher
    partitions: int
    source: str
    by: str
    why: str | None

    async def again(self, row: asyncpg.Record) -> bool:
        """Publish a row of `cli_set_aside` that has a `home`; returns whether the log of its batch will tell of it.

        Raises Transient where it may not have arrived: then it may be retried again. Through the exchange, so that the
        history has it where it counts. The row itself is marked when the projector reads what is told to the batch: one
        that is of no batch, or of one that is not there, only shows by its `times` that it came again.
        """
        number = home(row, self.partitions)
        body = row["body"] if row["reason"] in _MESSAGES else b"[" + row["body"] + b"]"
        message = Message(
            body,
            headers={REDRIVEN_BY: self.by},
            content_type=BATCH_CONTENT_TYPE,
            delivery_mode=DeliveryMode.PERSISTENT,
        )
        await self.publisher.publish(EVENTS, str(number), message)
        told = row["batch_id"] is not None and (row["known"] or _submits(row["body"]))
        if told:
            await self.events.publish(self._fact(row))
        log.info("set_aside.retried", set_aside=row["id"], reason=row["reason"], by=self.by, why=self.why, told=told)
        return told

    def _fact(self, row: asyncpg.Record) -> Fact:
        reason = row["reason"] if self.why is None else f"{row['reason']}; retried: {self.why}"
        return Fact(
            id=new_id(),
            batch_id=row["batch_id"],
            occurred_at=now(),
            source=self.source,
            event=BatchDeadLetterRedriven(
                queue=row["queue"],
                reason=storable(reason),
                set_aside=RetriedSetAside(fingerprint=row["fingerprint"], times=row["times"]),
            ),
            causation_id=row["message_id"] and str(row["message_id"]),
        )


def home(row: asyncpg.Record, partitions: int) -> int | None:
    """The partition where it is read again: its batch's, or the one that it came by; None where there is no such."""
    if row["batch_id"] is not None:
        return partition_of(row["batch_id"], partitions)
    return next((number for number in range(partitions) if events_queue(number) == row["queue"]), None)


def _submits(body: bytes) -> bool:
    """Whether the event makes its batch, so that it has a log by the time it is told."""
    try:
        event: Any = orjson.loads(body)
    except orjson.JSONDecodeError:
        return False
    return isinstance(event, dict) and event.get("type") == BatchSubmitted.TYPE
