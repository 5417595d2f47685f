from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from schema.errors import HeatstreamError
from schema.identity import partition_of
from services.runtime.clock import new_id, now
from services.runtime.dead_letters.pile import existing
from services.runtime.link import GONE
from services.runtime.status.broker import history, queues
from services.runtime.status.state import Lag, SetAside, State, Unfinished
from services.runtime.topology import HISTORY, events_queue, topology

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractAsyncContextManager

    from aio_pika.abc import AbstractConnection

    from services.runtime.settings import Settings
    from services.runtime.status.broker import History
    from services.runtime.tables import Tables

#: So many of the newest events in the log are asked, a partition, to know where each partition is.
EVENTS_A_PARTITION = 500
#: Clocks of publishers and of the broker may differ by so much.
CLOCK_SLACK = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Servers:
    """How to reach the database and the broker, for a moment each; both raise a HeatstreamError where one is away."""

    tables: Callable[[], AbstractAsyncContextManager[Tables]]
    broker: Callable[[], AbstractAsyncContextManager[AbstractConnection]]


async def look(settings: Settings, servers: Servers) -> State:
    """How everything is. A server that is away is told in the state, and the rest is there."""
    state = State()
    since, told = await _look_at_tables(state, settings, servers)
    published: History | None = None
    try:
        async with servers.broker() as connection:
            await _look_at_queues(state, settings, connection)
            if told and any(queue.name == HISTORY and queue.messages is not None for queue in state.queues):
                published = await history(connection, since)
    except HeatstreamError as away:
        state.broker = str(away)
    except GONE as gone:
        state.broker = f"the message broker went away: {gone or 'it does not answer'}"
    if published is not None:
        await _look_for_lag(state, settings, published, servers)
    return state


async def _look_at_tables(state: State, settings: Settings, servers: Servers) -> tuple[datetime | None, bool]:
    """From when on the history may have what the log has not; and whether the tables told anything."""
    try:
        async with servers.tables() as tables:
            state.set_asides = [SetAside(**row) for row in await tables.rows("runtime_set_aside_counts")]
            for row in await tables.rows("runtime_unfinished"):
                state.unfinished = Unfinished(**row)
            return await _handled_until(tables, settings.partitions), True
    except HeatstreamError as away:
        state.database = str(away)
        return None, False


async def _handled_until(tables: Tables, partitions: int) -> datetime | None:
    """When the last event of that partition happened whose last is the longest ago; None for the beginning.

    Of a partition that none of the newest events is of, it is before all of them.
    """
    last: dict[int, datetime] = {}
    oldest: datetime | None = None
    async for row in tables.each("runtime_handled", new_id(), EVENTS_A_PARTITION * partitions):
        last.setdefault(partition_of(row["batch_id"], partitions), row["occurred_at"])
        oldest = row["occurred_at"]
    if oldest is None:
        return None
    return (min(last.values()) if len(last) == partitions else oldest) - CLOCK_SLACK


async def _look_at_queues(state: State, settings: Settings, connection: AbstractConnection) -> None:
    wanted = topology(settings.partitions, settings.history_days)
    state.queues = await queues(connection, [queue.name for queue in wanted.queues])
    state.more_partitions = bool(await existing(connection, [events_queue(settings.partitions)]))
    by_name = {queue.name: queue for queue in state.queues}
    state.partitions = [Lag(number, by_name[events_queue(number)].messages) for number in range(settings.partitions)]


async def _look_for_lag(state: State, settings: Settings, published: History, servers: Servers) -> None:
    ids, batches = [event.id for event in published.events], [event.batch_id for event in published.events]
    try:
        async with servers.tables() as tables:
            unread = {row["id"] for row in await tables.rows("runtime_unread", ids, batches)}
    except HeatstreamError as away:
        state.database = str(away)
        return
    waiting: dict[int, list[datetime]] = {number: [] for number in range(settings.partitions)}
    for event in published.events:
        if event.id in unread:
            waiting[partition_of(event.batch_id, settings.partitions)].append(event.at)
    state.partitions = [
        Lag(
            lag.partition,
            lag.messages,
            len(times := waiting[lag.partition]),
            max((now() - min(times)).total_seconds(), 0.0) if times else 0.0,
            at_least=not published.whole,
        )
        for lag in state.partitions
    ]
