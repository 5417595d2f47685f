from __future__ import annotations

import asyncio
import signal
import time
from contextlib import asynccontextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any

import aio_pika
import asyncpg

from services.runtime.topology import declare, events_queue, topology
from tests.chaos.load import Load
from tests.chaos.projectors import PATIENCE_SECONDS, Projector, Projectors

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from asyncpg.connection import Connection

    from deploy.local.servers import Servers

#: Sessions whose write to the log is held up.
WAITING = "SELECT pid FROM pg_stat_activity WHERE application_name = $1 AND wait_event_type = 'Lock'"
LIVING = "SELECT pid FROM pg_stat_activity WHERE pid = ANY($1)"


class Strikes:
    """What may become of one of several projectors while load runs; how long it takes, in seconds, to be made good."""

    def __init__(
        self, projectors: Projectors, load: Load, partitions: int, database: Connection[asyncpg.Record]
    ) -> None:
        self._projectors, self.load, self._partitions, self._database = projectors, load, partitions, database
        self.up: list[Projector] = []

    async def join(self, number: int) -> float:
        """So many come; from the last one's coming until all have even shares."""
        joined = await self._projectors.start(number)
        self.up += joined
        await self.even()
        last = max(one.said("sharing.joined")[0]["timestamp"] for one in joined)
        return time.time() - datetime.fromisoformat(last).timestamp()

    async def kill(self) -> float:
        """The oldest dies; until something newer is written of each partition that it had."""
        victim = self.up.pop(0)
        partitions = await victim.partitions()
        seconds = await self.load.seconds_until_written(partitions, victim.signal(signal.SIGKILL))
        await self.even()
        return seconds

    async def freeze(self) -> float:
        """The oldest stands still in the middle of a write; as `kill`. Then it goes on."""
        victim = self.up.pop(0)
        partitions = await victim.partitions()
        frozen_at, writing = await self._freeze_in_a_write(victim)
        seconds = await self.load.seconds_until_written(partitions, frozen_at)
        await self.even()
        assert not await self._database.fetch(LIVING, writing), "it could end its transaction when it wakes"
        victim.signal(signal.SIGCONT)
        self.up.append(victim)
        await self.even()
        return seconds

    async def _freeze_in_a_write(self, victim: Projector) -> tuple[float, list[int]]:
        """When, and its sessions that hold rows of batches, in transactions that nobody would end."""
        name = victim.said("sharing.joined")[0]["projector"]
        async with self._database.transaction(), asyncio.timeout(PATIENCE_SECONDS):
            await self._database.execute("LOCK TABLE batch_events IN SHARE MODE")
            while not (waiting := await self._database.fetch(WAITING, name)):  # noqa: ASYNC110 - the database changes
                await asyncio.sleep(0.01)
            return victim.signal(signal.SIGSTOP), [row["pid"] for row in waiting]

    async def leave(self) -> float:
        """The oldest is asked to stop; until the others have even shares."""
        victim = self.up.pop(0)
        asked = victim.signal(signal.SIGTERM)
        await self.even()
        seconds = time.time() - asked
        assert victim.exit_code() == 0
        return seconds

    async def even(self) -> None:
        """Return when those who are up know of each other, and each partition is one's, shares as even as can be."""

        def evenly(told: list[dict[str, Any]]) -> bool:
            shares = [one["partitions"] for one in told]
            return (
                {one["projectors"] for one in told} == {len(told)}
                and sorted(number for share in shares for number in share) == list(range(self._partitions))
                and max(map(len, shares)) - min(map(len, shares)) <= 1
            )

        await self._projectors.until(evenly, self.up)


@asynccontextmanager
async def striking(
    servers: Servers, state: Path, *, partitions: int, heartbeat_seconds: int, events_a_second: int
) -> AsyncIterator[Strikes]:
    """Queues of so many partitions, empty, and load on them; no projector yet."""
    async with await aio_pika.connect(servers.amqp_url) as connection:
        channel = await connection.channel()
        await declare(channel, topology(partitions, 35))
        for number in range(partitions):
            await (await channel.get_queue(events_queue(number))).purge()
        database = await asyncpg.connect(servers.database_url)
        projectors = Projectors(servers, state, partitions=partitions, heartbeat_seconds=heartbeat_seconds)
        try:
            async with Load(servers.amqp_url, servers.database_url, partitions, events_a_second) as load:
                yield Strikes(projectors, load, partitions, database)
        finally:
            await database.close()
            projectors.close()
            for number in range(1, partitions):  # the first is every test's
                await channel.queue_delete(events_queue(number))
