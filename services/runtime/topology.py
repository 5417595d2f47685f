"""Every exchange, queue and binding, as data; each service declares all of it when it connects."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aio_pika import ExchangeType

if TYPE_CHECKING:
    from aio_pika.abc import AbstractChannel

COMMANDS = "heatstream.commands"
COMMANDS_DEAD = "heatstream.commands.dead"
JOBS = "heatstream.jobs"
JOBS_DEAD = "heatstream.jobs.dead"
#: Dead jobs of which nobody can tell whose they are; they wait for people.
JOBS_UNREADABLE = "heatstream.jobs.unreadable"
EVENTS = "heatstream.events"
EVENTS_DEAD = "heatstream.events.dead"
HISTORY = "heatstream.history"
#: Its messages are permits to call the AI: who calls holds one unacknowledged.
AI_PERMITS = "heatstream.ai-permits"
#: Says something to all workers at once; each listens with an exclusive queue of its own.
CONTROL = "heatstream.control"
#: What is said there, as the message's type: the batch in the body is to stop; the janitor is to look around now.
STOP, SWEEP = "batch.stop", "janitor.run"
#: Seconds that a retry waits, each delay with a little more at random, so that what failed together does not come back
#: together. Each has a queue of its own, because a per-message TTL waits behind its queue's head.
DELAYS = ((1, 2), (4, 5, 6), (16, 19, 22), (64, 72, 80))

Arguments = dict[str, str | int]


@dataclass(frozen=True, slots=True)
class Exchange:
    name: str
    type: ExchangeType


@dataclass(frozen=True, slots=True)
class Queue:
    """A durable queue; `bindings` are (exchange, routing key), the default exchange aside."""

    name: str
    arguments: Arguments
    bindings: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Topology:
    exchanges: tuple[Exchange, ...]
    queues: tuple[Queue, ...] = field(default=())


def events_queue(partition: int) -> str:
    return f"{EVENTS}.{partition}"


def retry_queue(delay_seconds: int) -> str:
    return f"{JOBS}.retry.{delay_seconds}s"


def retry_queues() -> tuple[str, ...]:
    """All of them, by their delay."""
    return tuple(retry_queue(seconds) for delay in DELAYS for seconds in delay)


def topology(partitions: int, history_days: int) -> Topology:
    """What the broker holds for so many partitions. Changing an argument of a queue needs a new queue."""
    keys = [str(number) for number in range(partitions)]
    return Topology(
        exchanges=(
            Exchange(COMMANDS, ExchangeType.TOPIC),
            Exchange(EVENTS, ExchangeType.DIRECT),
            Exchange(CONTROL, ExchangeType.FANOUT),
        ),
        queues=(
            Queue(COMMANDS_DEAD, _quorum(deliveries=_NEVER)),
            # Every key is bound, so that a command of an unknown type is dead-lettered with its reason, not lost.
            Queue(COMMANDS, _quorum(dead=COMMANDS_DEAD, deliveries=_DAY_OF_RESTARTS), ((COMMANDS, "#"),)),
            Queue(JOBS_UNREADABLE, _quorum(deliveries=_NEVER)),
            Queue(JOBS_DEAD, _quorum(deliveries=_NEVER)),
            Queue(JOBS, _quorum(dead=JOBS_DEAD, deliveries=_DAY_OF_RESTARTS)),
            *(
                Queue(retry_queue(seconds), {**_quorum(dead=JOBS), "x-message-ttl": seconds * 1000})
                for delay in DELAYS
                for seconds in delay
            ),
            Queue(AI_PERMITS, _quorum(deliveries=_NEVER)),
            Queue(EVENTS_DEAD, _quorum(deliveries=_NEVER)),
            *(
                Queue(
                    events_queue(int(key)),
                    {**_quorum(dead=EVENTS_DEAD, deliveries=_NEVER), "x-single-active-consumer": True},
                    ((EVENTS, key),),
                )
                for key in keys
            ),
            Queue(
                HISTORY,
                {"x-queue-type": "stream", "x-max-age": f"{history_days}D"},
                tuple((EVENTS, key) for key in keys),
            ),
        ),
    )


async def declare(channel: AbstractChannel, wanted: Topology) -> None:
    """Make what is missing; raises ChannelPreconditionFailed where a queue exists with other arguments."""
    for exchange in wanted.exchanges:
        await channel.declare_exchange(exchange.name, exchange.type, durable=True)
    for queue in wanted.queues:
        declared = await channel.declare_queue(queue.name, durable=True, arguments=dict(queue.arguments))
        for exchange_name, key in queue.bindings:
            await declared.bind(exchange_name, key)


#: A graceful stop gives messages back and counts as a delivery, so the limit is far above a day's restarts.
_DAY_OF_RESTARTS = 100
#: The projector sets aside what it cannot use by itself, and people look at a dead letter as often as they like.
#: Said of every queue that anybody consumes: where nothing is said, RabbitMQ 4 drops what was delivered 20 times.
_NEVER = 1_000_000


def _quorum(dead: str | None = None, deliveries: int | None = None) -> Arguments:
    arguments: Arguments = {"x-queue-type": "quorum"}
    if dead is not None:
        arguments |= {
            "x-dead-letter-exchange": "",
            "x-dead-letter-routing-key": dead,
            "x-dead-letter-strategy": "at-least-once",
            "x-overflow": "reject-publish",  # what at-least-once dead-lettering needs
        }
    if deliveries is not None:
        arguments["x-delivery-limit"] = deliveries
    return arguments
