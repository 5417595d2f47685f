"""A schema beside the live one: the same tables in it, a view of the log, and how far a replay into it has come."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from schema.errors import Rejected
from services.runtime.queries import query

if TYPE_CHECKING:
    from datetime import datetime

    import asyncpg

    Connection = asyncpg.Connection[Any] | asyncpg.pool.PoolConnectionProxy[Any]

#: All that is a fold of the log, each table behind those that it refers to.
TABLES = ("pdf_files", "extraction_results", "processing_batches", "batch_jobs", "result_links")
#: Events of a range: what one worker folds, and has in memory, at a time.
EVENTS_A_RANGE = 10_000
_NAME = re.compile(r"[a-z_][a-z0-9_]{0,62}")
_FIRST, _LAST = 0, (1 << 128) - 1


@dataclass(frozen=True, slots=True)
class Until:
    """What is folded: all that was recorded up to `at`, and of `batch` only up to `event`; all, where they are None."""

    at: datetime | None = None
    batch: UUID | None = None
    event: int | None = None


ALL = Until()


@dataclass(frozen=True, slots=True)
class Beside:
    """The schema `into` beside the schema `live`. Only what is in `into` is ever written to by its unqualified name."""

    into: str
    live: str

    async def enter(self, connection: Connection) -> None:
        """See nothing but the schema beside, so that no statement can reach a live table by mistake."""
        await connection.execute(f"SET search_path = {self.into}")
        # A parameter that ends a range must count when the plan is made; sorts and indexes stay in memory.
        await connection.execute("SET plan_cache_mode = force_custom_plan")
        await connection.execute("SET work_mem = '64MB'")
        await connection.execute("SET maintenance_work_mem = '128MB'")

    async def make(self, connection: Connection, until: Until, events_a_range: int) -> None:
        """Make the schema with empty tables, and the ranges of batches that are to be folded."""
        async with connection.transaction():
            await connection.execute(f"CREATE SCHEMA {self.into}")
            for table in TABLES:
                await connection.execute(
                    f"CREATE TABLE {self.into}.{table} (LIKE {self.live}.{table} INCLUDING ALL EXCLUDING INDEXES)"
                )
            await connection.execute(f"SET LOCAL search_path = {self.into}")
            await connection.execute(query("projector_replay_make").format(live=self.live))
            await connection.execute("INSERT INTO replay_run VALUES ($1, $2, $3)", until.at, until.batch, until.event)
            edges = [row[0].int for row in await connection.fetch(query("projector_replay_edges"), events_a_range)]
            starts, ends = [_FIRST, *(edge + 1 for edge in edges)], [*edges, _LAST]
            await connection.copy_records_to_table(
                "replay_ranges",
                schema_name=self.into,
                columns=("number", "first_batch", "last_batch"),
                records=[
                    (number, UUID(int=start), UUID(int=end))
                    for number, (start, end) in enumerate(zip(starts, ends, strict=True))
                    if start <= end
                ],
            )

    async def remove(self, connection: Connection) -> None:
        await connection.execute(f"DROP SCHEMA IF EXISTS {self.into} CASCADE")

    async def begun(self, connection: Connection) -> Until | None:
        """What an unfinished replay into the schema was asked for; None where there is none, or it is finished.

        Raises Rejected where the schema is there and no replay made it.
        """
        if await connection.fetchval("SELECT to_regnamespace($1) IS NULL", self.into):
            return None
        if await connection.fetchval("SELECT to_regclass($1) IS NULL", f"{self.into}.replay_run"):
            raise Rejected("bad-schema", f"the schema {self.into} is no replay's: take another one by --into")
        row = await connection.fetchrow(
            f"SELECT until_at, until_batch, until_event FROM {self.into}.replay_run WHERE NOT finished"  # noqa: S608
        )
        return None if row is None else Until(*row)


async def beside(connection: Connection, into: str) -> Beside:
    """The schema of that name, there or not. Raises Rejected where there is no log, or the name will not do."""
    live = await connection.fetchval(
        "SELECT relnamespace::regnamespace::text FROM pg_class WHERE oid = to_regclass('batch_events')"
    )
    if live is None:
        raise Rejected("no-log", "this database has no log of events: `heatstream migrate` makes one")
    taken = into.startswith("pg_") or into in (live, "information_schema")
    if taken or not _NAME.fullmatch(into) or not await connection.fetchval("SELECT quote_ident($1) = $1", into):
        sentence = "is no name for a new schema: take small letters, digits and _, and no word of SQL"
        raise Rejected("bad-schema", f"{into!r} {sentence}")
    return Beside(into, str(live))
