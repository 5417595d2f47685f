from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING

import aio_pika

from schema.admin_views import LagView, QueueView, SetAsideTally, StatsView, Tally, UnfinishedView
from schema.errors import Transient
from services.runtime.link import CONNECT_SECONDS
from services.runtime.status.looking import Servers, look
from services.runtime.status.state import MOST_AGE, MOST_LAG

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from aio_pika.abc import AbstractConnection

    from services.api.settings import ApiSettings
    from services.runtime.tables import Tables

NAME = "heatstream-api-stats"


class Stats:
    """How everything is, looked at from here: a server that is away is told, and the rest is there."""

    def __init__(self, settings: ApiSettings, tables: Tables) -> None:
        self._settings, self._tables = settings, tables

    async def view(self) -> StatsView:
        state = await look(self._settings, Servers(self._opened, self._connected))
        batches: dict[str, Tally] = {}
        jobs: dict[str, Tally] = {}
        failures: dict[str, int] = {}
        if state.database is None:
            try:
                batches = await self._tallies("api_admin_batch_counts")
                jobs = await self._tallies("api_admin_job_counts")
                failures = {row["name"]: row["total"] for row in await self._tables.rows("api_admin_failures")}
            except Transient as away:
                state.database = str(away)
        problems = tuple(state.problems(MOST_LAG, MOST_AGE))
        return StatsView(
            healthy=not problems,
            problems=problems,
            broker=state.broker is None,
            database=state.database is None,
            queues=tuple(QueueView(**asdict(queue)) for queue in state.queues),
            partitions=tuple(LagView(**asdict(lag)) for lag in state.partitions),
            set_asides=tuple(SetAsideTally(**asdict(one)) for one in state.set_asides),
            unfinished=None if state.unfinished is None else UnfinishedView(**asdict(state.unfinished)),
            dead_letters=state.dead_letters,
            batches=batches,
            jobs=jobs,
            failures=failures,
        )

    async def _tallies(self, name: str) -> dict[str, Tally]:
        return {
            row["name"]: Tally(total=row["total"], last_day=row["last_day"]) for row in await self._tables.rows(name)
        }

    @asynccontextmanager
    async def _opened(self) -> AsyncIterator[Tables]:
        yield self._tables

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[AbstractConnection]:
        """A connection of its own: the broker closes a channel over a queue that is missing."""
        async with asyncio.timeout(CONNECT_SECONDS):
            connection = await aio_pika.connect(
                self._settings.amqp_url.get_secret_value(), client_properties={"connection_name": NAME}
            )
        async with connection:
            yield connection
