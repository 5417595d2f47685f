"""Folds ranges of a replay until none is left; several processes do it side by side."""

from __future__ import annotations

import gc
import os
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import uvloop

from schema import upcast
from services.projector import columns
from services.projector.replay.beside import Beside, beside
from services.projector.replay.rows import folded
from services.runtime.database import Database
from services.runtime.queries import query
from services.runtime.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from services.projector.replay.beside import Connection


async def work(url: str, into: str, wanted: Callable[[], bool] = lambda: True) -> None:
    """Take range after range while it is `wanted`, each in one transaction: a kill leaves no half of one."""
    upcast.check_chain()
    async with (
        Database(url, name="heatstream-replay", most_connections=1, statement_seconds=None) as database,
        database.connection() as connection,
    ):
        schema = await beside(connection, into)
        await schema.enter(connection)
        # A crash of the server loses a range whole, with the note that it was done.
        await connection.execute("SET synchronous_commit = off")
        # By its index the log comes in order; whatever the planner has heard of it, to sort each range costs more.
        await connection.execute("SET enable_seqscan = off")
        await connection.execute("SET enable_bitmapscan = off")
        with _no_cycles_looked_for():
            while wanted() and await _fold_a_range(connection, schema):
                pass


async def _fold_a_range(connection: Connection, schema: Beside) -> bool:
    async with connection.transaction():
        taken = await connection.fetchrow(query("projector_replay_take"))
        if taken is None:
            return False
        number, *which = taken
        rows = folded(await connection.fetch(query("projector_replay_range"), *which))
        for table, records in rows.of_tables():
            await connection.copy_records_to_table(
                table, schema_name=schema.into, columns=columns.READ[table], records=records
            )
        await connection.execute(query("projector_replay_done"), number, rows.events, rows.unchanged)
        return True


@contextmanager
def _no_cycles_looked_for() -> Iterator[None]:
    """A range's rows live as long as it, without a cycle among them: to look for some takes a tenth of the time."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def main() -> None:
    parent = os.getppid()
    uvloop.run(work(Settings().database_url.get_secret_value(), sys.argv[1], lambda: os.getppid() == parent))


if __name__ == "__main__":
    main()
