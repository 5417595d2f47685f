from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from schema.cloudevents import Fact
from schema.commands import SubmitBatch
from schema.events import BatchDeadLetterRedriven
from services.runtime.again import again
from services.runtime.clock import new_id, now
from services.runtime.dead_letters.death import ORIGIN, REASON, SENTENCE, SINCE
from services.runtime.dead_letters.letter import REDRIVEN, REDRIVEN_BY

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from services.runtime.dead_letters.letter import Letter
    from services.runtime.event_publisher import EventPublisher
    from services.runtime.publisher import Publisher

log = structlog.get_logger()
#: What a letter must not take along, beside what the broker wrote (a message whose deaths read as a cycle is dropped on
#: its next trip through a delay queue): CC would send it to other queues once more.
_LEFT_BEHIND = frozenset({REASON, SENTENCE, ORIGIN, SINCE, "CC", "BCC"})
_LONGEST_REASON = 2000


class Redrive:
    """Puts letters back at work, one by one, and tells their batches so.

    `source` names the program that does it, `by` the person, `why` their words. `sent` is called when a letter is at
    work and not yet off its dead-letter queue: where a crash repeats it, and loses none.
    """

    def __init__(  # noqa: PLR0913 - each is one property of the one redrive
        self,
        publisher: Publisher,
        events: EventPublisher,
        *,
        source: str,
        by: str,
        why: str | None = None,
        sent: Callable[[Letter], None] = lambda _: None,
    ) -> None:
        self._publisher, self._events = publisher, events
        self._source, self._by, self._why, self._sent = source, by, why, sent

    @property
    def possible(self) -> bool:
        """Whether the broker is there."""
        return self._publisher.up

    async def to(self, queue: str, letter: Letter) -> tuple[UUID, ...]:
        """Return the batches that were told, when the letter is on disk in `queue` and off its own.

        Raises Transient where it may not have arrived, or its event: then it stays where it is, to be put back again.
        To the queue and not through an exchange: who else heard the message the first time must not hear it again.
        """
        copy = again(
            letter.message,
            adding={REDRIVEN: letter.redriven + 1, REDRIVEN_BY: self._by},  # a count of its ways back
            without=_LEFT_BEHIND,
        )
        await self._publisher.publish("", queue, copy)
        self._sent(letter)
        told = _told(letter)
        for batch_id in told:
            await self._events.publish(self._fact(letter, batch_id))
        await letter.message.ack()
        log.info(
            "dead_letter.redriven",
            queue=letter.queue,
            to=queue,
            message_id=letter.id,
            batch_ids=[str(batch_id) for batch_id in letter.batch_ids],
            reason=letter.death.reason,
            by=self._by,
            why=self._why,
        )
        return told

    def _fact(self, letter: Letter, batch_id: UUID) -> Fact:
        reason = letter.death.reason if self._why is None else f"{letter.death.reason}; put back: {self._why}"
        return Fact(
            id=new_id(),
            batch_id=batch_id,
            occurred_at=now(),
            source=self._source,
            event=BatchDeadLetterRedriven(queue=letter.queue, reason=storable(reason)),
            correlation_id=storable(letter.message.correlation_id or letter.id),
            causation_id=storable(letter.id),
        )


def _told(letter: Letter) -> tuple[UUID, ...]:
    """The batches that have a log to write this into; one whose submit is only now put back has none yet."""
    return () if SubmitBatch.TYPE in letter.types else letter.batch_ids


def storable(text: str) -> str:
    """PostgreSQL stores no NUL, and an event with one would be set aside."""
    return text.replace("\x00", "")[:_LONGEST_REASON]
