from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple, Self

import asyncpg

from schema.errors import HeatstreamError
from schema.states import BatchStatus, ErrorCode, JobStatus, Stage
from services.projector import columns, tables
from services.projector.state import Batch, Job, Placed
from services.runtime.database import CHANNEL
from services.runtime.queries import query

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from uuid import UUID

    from services.projector.record import Folded
    from services.runtime.database import Database

#: A NOTIFY carries less than 8,000 bytes; an id and a comma are 37.
IDS_A_NOTIFY = 200


class Conflict(HeatstreamError):
    """Another writer moved a batch since it was folded from: fold again from fresh state."""


class KnownMessage(HeatstreamError):
    """The log has a message id of this micro-batch already, under another event: find which, and set it aside."""


class Store:
    """The log and the read tables. Only the projector writes them, and each micro-batch in one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def load(self, ids: Collection[UUID]) -> dict[UUID, Placed | None]:
        """Batches as the tables have them, None for one that no event spoke of yet. Raises Transient."""
        async with self._database.connection() as connection:
            batches = await connection.fetch(query("projector_load_batches"), list(ids))
            jobs = await connection.fetch(query("projector_load_jobs"), list(ids))
        jobs_of: dict[UUID, dict[UUID, Job]] = {}
        for row in jobs:
            jobs_of.setdefault(row["batch_id"], {})[row["id"]] = _job(row)
        return {row["asked_id"]: _placed(row, jobs_of.get(row["asked_id"], {})) for row in batches}

    async def known(self, messages: Iterable[UUID]) -> set[UUID]:
        """Those of these message ids that the log has. Raises Transient."""
        async with self._database.connection() as connection:
            return {row[0] for row in await connection.fetch(query("projector_known_messages"), list(messages))}

    async def write(self, queue: str, before: Mapping[UUID, Placed | None], folded: Folded) -> None:
        """Write what a micro-batch amounts to, whole or not at all. Raises Conflict, KnownMessage or Transient."""
        await self.put(self.rows(queue, before, folded))

    @staticmethod
    def rows(queue: str, before: Mapping[UUID, Placed | None], folded: Folded) -> Rows:
        """What `put` takes. To make it takes as long as some statements: it is done while others run."""
        return Rows.of(queue, before, folded)

    async def put(self, rows: Rows) -> None:
        """As `write`, of rows that are made already."""
        try:
            async with self._database.connection() as connection, connection.transaction():
                await _put(connection, rows)
        except asyncpg.UniqueViolationError as twice:
            if twice.constraint_name == "batch_events_message_id_key":
                raise KnownMessage(str(twice)) from twice
            raise Conflict(str(twice)) from twice
        except asyncpg.TransactionRollbackError as crossed:  # a deadlock with another partition, over a shared row
            raise Conflict(str(crossed)) from crossed


class Rows(NamedTuple):
    """What one transaction writes, in its order: a query beside the rows that it takes."""

    batches: list[tuple[str, list[tables.Row]]]
    log: list[tables.Row]
    results: list[tuple[str, list[tables.Row]]]
    expired: list[UUID]
    touched: list[str]

    @classmethod
    def of(cls, queue: str, before: Mapping[UUID, Placed | None], folded: Folded) -> Self:
        touched = folded.touched
        new = [place for batch_id, place in touched.items() if before[batch_id] is None]
        known = [(place, old) for batch_id, place in touched.items() if (old := before[batch_id])]
        pdfs, extractions, links = tables.results(folded.recorded, touched)
        return cls(
            batches=[
                ("projector_update_batches", tables.known_batches(known)),
                ("projector_insert_batches", tables.new_batches(new)),
            ],
            log=tables.log_rows(folded.recorded),
            results=[
                ("projector_upsert_pdfs", pdfs),
                ("projector_upsert_extractions", extractions),
                ("projector_insert_jobs", tables.jobs(new)),
                ("projector_update_jobs", tables.changed_jobs(known)),
                ("projector_insert_links", links),
                ("projector_set_aside", tables.set_asides(queue, folded.aside)),
                ("projector_mark_retried", tables.retries(folded.recorded)),
            ],
            expired=[batch_id for batch_id, place in touched.items() if place.batch.expired],
            touched=[str(batch_id) for batch_id in touched],
        )


async def _put(connection: asyncpg.pool.PoolConnectionProxy[asyncpg.Record], rows: Rows) -> None:
    for name, batches in rows.batches:
        if batches:
            done = await connection.execute(query(name), *tables.arrays(batches))
            if int(done.rsplit(" ", 1)[1]) != len(batches):
                raise Conflict(f"{name}: {done} of {len(batches)}")
    if rows.log:
        await connection.copy_records_to_table("batch_events", records=rows.log, columns=columns.LOG)
    for name, result_rows in rows.results:
        if result_rows:
            await connection.execute(query(name), *tables.arrays(result_rows))
    if rows.expired:
        await connection.execute("SELECT erase_batches($1)", rows.expired)
    for start in range(0, len(rows.touched), IDS_A_NOTIFY):
        ids = ",".join(rows.touched[start : start + IDS_A_NOTIFY])
        await connection.execute("SELECT pg_notify($1, $2)", CHANNEL, ids)


def _placed(row: asyncpg.Record, jobs: dict[UUID, Job]) -> Placed | None:
    if row["head_event_id"] is None:
        return None
    if row["id"] is None:
        forgotten = Batch(row["asked_id"], "", datetime.min.replace(tzinfo=UTC), {}, expired=True)
        return Placed(forgotten, row["head_event_id"], row["head_digest"])
    batch = Batch(
        id=row["id"],
        swimmer_name=row["swimmer_name"],
        created_at=row["created_at"],
        jobs=jobs,
        client_ip=row["client_ip"],
        status=BatchStatus(row["status"]),
        started_at=row["started_at"],
        completed_at=row["completed_at"],
        notification_email=row["notification_email"],
        notification_requested_at=row["notification_requested_at"],
        notification_sent_at=row["notification_sent_at"],
        redriven_at=row["redriven_at"],
    )
    return Placed(batch, row["last_event_id"], row["head_digest"])


def _job(row: asyncpg.Record) -> Job:
    return Job(
        id=row["id"],
        sequence=row["sequence"],
        source_type=row["source_type"],
        source_url=row["source_url"],
        filename=row["filename"],
        file_checksum=row["file_checksum"],
        created_at=row["created_at"],
        attempt=row["retry_count"] + 1,
        status=JobStatus(row["status"]),
        stage=Stage(row["stage"]),
        stage_step=row["stage_step"],
        progress_message=row["progress_message"],
        extraction_id=row["extraction_id"],
        result_code=row["result_code"],
        error_code=ErrorCode(row["error_code"]) if row["error_code"] else None,
        error_message=row["error_message"],
        cached=row["cached"],
        started_at=row["started_at"],
        completed_at=row["completed_at"],
    )
