"""Batches that went on while their log was folded are folded again, until the tables are where the log is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.projector import columns, tables
from services.projector.replay.rows import folded
from services.runtime.queries import query

if TYPE_CHECKING:
    from uuid import UUID

    from services.projector.replay.beside import Beside, Connection
    from services.projector.replay.rows import Rows

BATCHES_AT_ONCE = 500


async def catch_up(connection: Connection, beside: Beside) -> int:
    """Bring the tables to where the log is for this transaction; returns how many batches had moved.

    A batch that was forgotten meanwhile takes its files with it, and with them what other batches said of them; those
    are folded again too.
    """
    moved = await connection.fetch(query("projector_replay_moved"))
    ids = [row["batch_id"] for row in moved]
    if gone := [row["batch_id"] for row in moved if row["forgotten"]]:
        files = [row[0] for row in await connection.fetch(query("projector_replay_checksums"), gone)]
        ids += [row[0] for row in await connection.fetch(query("projector_replay_sharing"), files, ids)]
        await _remove(connection, ids)
        await connection.execute("DELETE FROM pdf_files WHERE checksum = ANY($1)", files)
    else:
        await _remove(connection, ids)
    for start in range(0, len(ids), BATCHES_AT_ONCE):
        some = ids[start : start + BATCHES_AT_ONCE]
        await _write(connection, beside, folded(await connection.fetch(query("projector_replay_batches"), some)))
    return len(moved)


async def _remove(connection: Connection, ids: list[UUID]) -> None:
    await connection.execute(
        "DELETE FROM result_links WHERE id IN (SELECT id FROM batch_jobs WHERE batch_id = ANY($1))", ids
    )
    await connection.execute("DELETE FROM processing_batches WHERE id = ANY($1)", ids)


async def _write(connection: Connection, beside: Beside, rows: Rows) -> None:
    """Behind what others said of the same files and extractions, as the projector writes."""
    for name, shared in (
        ("projector_upsert_pdfs", [*rows.pdfs.values()]),
        ("projector_upsert_extractions", [*rows.extractions.values()]),
    ):
        if shared:
            await connection.execute(query(name), *tables.arrays(shared))
    for table, records in (("processing_batches", rows.batches), ("batch_jobs", rows.jobs)):
        await connection.copy_records_to_table(
            table, schema_name=beside.into, columns=columns.READ[table], records=records
        )
    if rows.links:
        await connection.execute(query("projector_insert_links"), *tables.arrays(rows.links))
