from __future__ import annotations

from typing import TYPE_CHECKING

from schema.identity import partition_of
from services.runtime.dead_letters.pile import existing
from services.runtime.topology import (
    COMMANDS,
    COMMANDS_DEAD,
    EVENTS_DEAD,
    JOBS,
    JOBS_DEAD,
    JOBS_UNREADABLE,
    events_queue,
)

if TYPE_CHECKING:
    from aio_pika.abc import AbstractConnection

    from services.runtime.dead_letters.letter import Letter

_HOMES = {COMMANDS_DEAD: COMMANDS, JOBS_DEAD: JOBS, JOBS_UNREADABLE: JOBS}
DEAD_LETTER_QUEUES = (*_HOMES, EVENTS_DEAD)


def home(letter: Letter, partitions: int) -> str | None:
    """The queue where a letter is at work again; None where nobody can tell.

    It follows from the queue in which it lies, never from its headers alone: whoever sent it wrote some of those, and
    they could name any queue. Events go where their batch belongs: only one projector may write it.
    """
    if letter.queue in _HOMES:
        return _HOMES[letter.queue]
    queues = {events_queue(partition_of(batch_id, partitions)) for batch_id in letter.batch_ids}
    if not queues and letter.death.queue in {events_queue(number) for number in range(partitions)}:
        return letter.death.queue
    return queues.pop() if len(queues) == 1 else None


async def has_partitions(connection: AbstractConnection, partitions: int) -> bool:
    """Whether the broker has so many partitions of events, and no more: else a batch's events would go astray."""
    last, beyond = events_queue(partitions - 1), events_queue(partitions)
    return await existing(connection, (last, beyond)) == [last]
