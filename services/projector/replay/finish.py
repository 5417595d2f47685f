"""What folded ranges lack to be like the live tables: one row a key, indexes, constraints, triggers, privileges."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from services.projector.replay.beside import TABLES, Beside
from services.runtime.queries import query

if TYPE_CHECKING:
    from services.projector.replay.progress import Show
    from services.runtime.database import Database

#: Of a table whose rows come from several batches, what makes one of those that share a key.
_MERGES = {
    "pdf_files": "projector_replay_merge_pdfs",
    "extraction_results": "projector_replay_merge_extractions",
    "result_links": "projector_replay_merge_links",
}
#: Of `projector_replay_definitions`: what a table has by itself. The rest touches other tables too, so one goes after
#: the other.
_BY_ITSELF = 1


async def finish(database: Database, beside: Beside, side_by_side: int, show: Show) -> None:
    """Each step is done once, so that a replay that was killed meanwhile goes on from here.

    Indexes come behind the rows, of so many tables at a time; what refers to another table comes last.
    """
    async with database.connection() as connection, connection.transaction():
        await connection.execute(f"SET LOCAL search_path = {beside.live}")
        missing = await connection.fetch(query("projector_replay_definitions"), beside.live, beside.into, [*TABLES])
    done, total = 0, len(missing) + len(_MERGES) + len(TABLES)
    turns = asyncio.Semaphore(side_by_side)

    async def run(statements: list[str]) -> None:
        nonlocal done
        async with turns, database.connection() as connection:
            await beside.enter(connection)
            for statement in statements:
                await connection.execute(statement)
                done += 1
                show("indexing", done, total)

    def of(table: str) -> list[str]:
        rows = [row["statement"] for row in missing if row["table"] == table and row["stage"] == _BY_ITSELF]
        return [query(_MERGES[table]), *rows] if table in _MERGES else rows

    await asyncio.gather(*(run(of(table)) for table in TABLES))
    await run([row["statement"] for row in missing if row["stage"] != _BY_ITSELF])
    await asyncio.gather(*(run([f"ANALYZE {beside.into}.{table}"]) for table in TABLES))
    async with database.connection() as connection:
        await connection.execute(f"UPDATE {beside.into}.replay_run SET finished = true")  # noqa: S608 - checked name
