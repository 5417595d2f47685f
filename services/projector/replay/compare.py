from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from services.projector.replay.beside import TABLES, Beside
from services.runtime.queries import query

if TYPE_CHECKING:
    from services.projector.replay.beside import Connection
    from services.projector.replay.progress import Show

#: Rows of a table that are named, when more than so many differ.
MOST_NAMED = 1000


class Difference(NamedTuple):
    """A row that the live and the replayed table do not have alike. No column is named where one lacks the row."""

    table: str
    key: str
    columns: tuple[str, ...]
    live: bool
    replayed: bool


class Comparison(NamedTuple):
    """How many rows each table has that differ, and the first of them."""

    rows: dict[str, int]
    differences: list[Difference]


async def compare(connection: Connection, beside: Beside, show: Show) -> Comparison:
    """Whole tables, byte for byte, as this transaction sees them."""
    found = Comparison({}, [])
    for number, table in enumerate(TABLES):
        show("comparing", number, len(TABLES))
        rows = await connection.fetch(
            query("projector_replay_compare").format(live=f"{beside.live}.{table}", replayed=f"{beside.into}.{table}"),
            MOST_NAMED,
        )
        found.rows[table] = rows[0]["all_rows"] if rows else 0
        found.differences.extend(
            Difference(table, str(row["id"]), tuple(row["columns"]), row["live"], row["replayed"]) for row in rows
        )
    show("comparing", len(TABLES), len(TABLES))
    return found
