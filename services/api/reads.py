from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

from schema.cloudevents import recorded_cloudevent
from schema.errors import Rejected
from schema.states import BatchStatus
from schema.views import BatchView, EventsView, JobView
from services.api.idempotency import KEYED_ID_VERSION
from services.api.problems import needing
from services.api.rereading import reread
from services.api.sse.feed import ROWS_A_BATCH
from services.api.sse.frames import placed
from services.api.sse.stream import Head
from services.runtime.clock import age_seconds
from services.runtime.queries import query

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    import asyncpg

    from services.api.arrivals import Arrivals
    from services.api.sse.frames import Placed
    from services.runtime.database import Database

Found = TypeVar("Found")
Row = dict[str, Any]
#: A batch this young may be on its way through the broker and the projector still.
YOUNG_SECONDS = 10.0
#: A wait looks again after so long, should its wake-up be lost.
LOOK_AGAIN_SECONDS = 0.5


class Reads:
    """What the tables say. A batch that was just submitted is waited for; an unknown or erased one raises Rejected.

    Raises Unavailable while the database is away; `news` raises Transient, as a Feed wants it.
    """

    def __init__(self, database: Database, arrivals: Arrivals, wait_seconds: float) -> None:
        self._database, self._arrivals, self._wait_seconds = database, arrivals, wait_seconds

    async def batch(self, batch_id: UUID) -> BatchView:
        """A batch and its jobs, both of one moment."""
        return await self._wait_for(batch_id, lambda: self._batch(batch_id))

    async def results(self, batch_id: UUID) -> tuple[Row, list[Row]]:
        """The row of a batch and those of `api_results`, by their latest readings, all of one moment."""
        return await self._wait_for(batch_id, lambda: self._results(batch_id))

    async def result(self, code: str) -> tuple[Row, list[Row]]:
        """The row of a share link, by its latest reading, and the session reports of its batch by theirs."""
        with needing("database-unavailable"):
            async with self._database.connection() as connection, _one_moment(connection):
                row = await connection.fetchrow(query("api_result"), code)
                if row is None:
                    raise Rejected("not-found", "no result has this code; results are kept for 30 days")
                reports = await connection.fetch(query("api_reports"), row["batch_id"])
                jobs = [found["job_id"] for found in (row, *reports)]
                readings = await connection.fetch(query("api_readings"), jobs)
        latest = [dict(reading) for reading in readings]
        return reread(dict(row), latest), [reread(dict(report), latest) for report in reports]

    async def events(self, batch_id: UUID, after: int, limit: int) -> EventsView:
        """A page of the log. Raises Rejected for a cursor that the log has not reached."""
        head = await self._wait_for(batch_id, lambda: self._head(batch_id))
        if after > head.event_id:
            raise Rejected(
                "cursor-ahead",
                f"event {after} is not there yet, the last one is {head.event_id}; ask with a smaller `after`",
            )
        with needing("database-unavailable"):
            async with self._database.connection() as connection:
                rows = await connection.fetch(query("api_events"), batch_id, after, limit + 1)
        if rows and rows[0]["data"] is None:  # since the look at its head
            raise _gone()
        page = tuple(recorded_cloudevent(dict(row)) for row in rows[:limit])
        last = page[-1]["eventid"] if page else after
        return EventsView(
            batch_id=batch_id,
            events=page,
            next_after=last if len(rows) > limit else None,
            over=head.over and last == head.event_id,  # what came since that look may be a retry
        )

    async def head(self, batch_id: str) -> Head:
        return await self._wait_for(UUID(batch_id), lambda: self._head(UUID(batch_id)))

    async def news(self, after: Mapping[str, int]) -> dict[str, list[Placed]]:
        async with self._database.connection() as connection:
            rows = await connection.fetch(query("api_news"), list(after), list(after.values()), ROWS_A_BATCH)
        found: dict[str, list[Placed]] = {}
        for row in rows:
            found.setdefault(str(row["batch_id"]), []).append(placed(dict(row)))
        return found

    async def _batch(self, batch_id: UUID) -> BatchView | None:
        async with self._database.connection() as connection, _one_moment(connection):
            row = await connection.fetchrow(query("api_batch"), batch_id)
            jobs = await connection.fetch(query("api_jobs"), batch_id)
        return None if row is None else BatchView(**row, jobs=tuple(JobView(**job) for job in jobs))

    async def _results(self, batch_id: UUID) -> tuple[Row, list[Row]] | None:
        async with self._database.connection() as connection, _one_moment(connection):
            row = await connection.fetchrow(query("api_batch"), batch_id)
            jobs = await connection.fetch(query("api_results"), batch_id)
            readings = await connection.fetch(query("api_readings"), [job["job_id"] for job in jobs])
        latest = [dict(reading) for reading in readings]
        return None if row is None else (dict(row), [reread(dict(job), latest) for job in jobs])

    async def _head(self, batch_id: UUID) -> Head | None:
        async with self._database.connection() as connection:
            row = await connection.fetchrow(query("api_head"), batch_id)
        return None if row is None else Head(row["last_event_id"], BatchStatus(row["status"]).over)

    async def _erased(self, batch_id: UUID) -> bool:
        async with self._database.connection() as connection:
            return bool(await connection.fetchval(query("api_erased"), batch_id))

    async def _wait_for(self, batch_id: UUID, read: Callable[[], Awaitable[Found | None]]) -> Found:
        """Reads follow writes: what is not there of a young batch is looked for again at each wake-up, for a while."""
        age = age_seconds(batch_id)
        # The id of a batch under an Idempotency-Key (UUIDv5) does not tell its age.
        young = age < YOUNG_SECONDS if age is not None else batch_id.version == KEYED_ID_VERSION
        patience = self._wait_seconds if young else 0.0
        clock = asyncio.get_running_loop().time
        deadline = clock() + patience
        with needing("database-unavailable"), self._arrivals.expect(str(batch_id)) as arrived:
            while True:
                if (found := await read()) is not None:
                    return found
                if await self._erased(batch_id):
                    raise _gone()
                if (left := deadline - clock()) <= 0:
                    raise Rejected("not-found", "no batch has this id; batches are kept for 30 days")
                try:
                    async with asyncio.timeout(min(left, LOOK_AGAIN_SECONDS)):
                        await arrived.wait()
                except TimeoutError:
                    continue
                arrived.clear()


def _gone() -> Rejected:
    return Rejected("gone", "the batch was erased, on request or after its 30 days; hand its sheets in again")


def _one_moment(connection: asyncpg.pool.PoolConnectionProxy[asyncpg.Record]) -> Any:  # noqa: ANN401 - asyncpg's own
    return connection.transaction(isolation="repeatable_read", readonly=True)
