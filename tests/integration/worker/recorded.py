"""Rows as the projector writes them, where a test of the worker needs a past."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import asyncpg

from schema.commands import ProcessJob, UrlSource
from schema.events import BatchSubmitted, Job
from schema.identity import extraction_id, job_id, pdf_id
from services.runtime.clock import new_id, now

if TYPE_CHECKING:
    from uuid import UUID

    from schema.events import BatchEvent

LINK = {"source_type": "url", "url": "http://127.0.0.1/sheet.pdf"}


async def record_submit(database_url: str, batch_id: UUID, swimmer: str | None) -> None:
    """The submit of one link in the log, as the projector writes it; erased where `swimmer` is None."""
    data = None
    if swimmer is not None:
        jobs = (Job(job_id=job_id(batch_id, 1), sequence=1, source=UrlSource(url=LINK["url"])),)
        data = BatchSubmitted(swimmer_name=swimmer, jobs=jobs).model_dump_json(exclude_none=True)
    connection = await asyncpg.connect(database_url)
    try:
        await connection.execute(
            "INSERT INTO batch_events (batch_id, event_id, message_id, type, version, occurred_at, source, salt, data,"
            " digest) VALUES ($1, 1, $2, 'batch.submitted', 1, $3, 'test', $4, $5::jsonb, '')",
            batch_id,
            new_id(),
            now(),
            None if data is None else b"salt",
            data,
        )
    finally:
        await connection.close()


async def record_event(
    database_url: str, batch_id: UUID, event: BatchEvent, *, event_id: int = 2, causation_id: str | None = None
) -> None:
    """One more event in the log of a batch."""
    connection = await asyncpg.connect(database_url)
    try:
        await connection.execute(
            "INSERT INTO batch_events (batch_id, event_id, message_id, type, version, occurred_at, source,"
            " causation_id, salt, data, digest) VALUES ($1, $2, $3, $4, $5, $6, 'test', $7, 'salt', $8::jsonb, '')",
            batch_id,
            event_id,
            new_id(),
            event.TYPE,
            event.VERSION,
            now(),
            causation_id,
            event.model_dump_json(exclude_none=True),
        )
    finally:
        await connection.close()


async def record_job(database_url: str, message: dict[str, Any], status: str, *, attempt: int) -> None:
    """The batch and the one job that a job message speaks of, in some state."""
    job = ProcessJob.model_validate(message)
    await record_submit(database_url, job.batch_id, job.swimmer_name)
    connection = await asyncpg.connect(database_url)
    try:
        await connection.execute(
            "INSERT INTO processing_batches (id, swimmer_name, total_pdfs, status) VALUES ($1, $2, 1, 'processing')",
            job.batch_id,
            job.swimmer_name,
        )
        await connection.execute(
            "INSERT INTO batch_jobs (id, batch_id, sequence, source_type, source_url, status, retry_count)"
            " VALUES ($1, $2, 1, 'url', $3, $4, $5)",
            job.job_id,
            job.batch_id,
            LINK["url"],
            status,
            attempt - 1,
        )
    finally:
        await connection.close()


async def record_extraction(database_url: str, checksum: str, normalized_name: str, name: str) -> None:
    """A PDF of 4711 bytes in which this swimmer has one swim, in heat 3, and a timeline."""
    connection = await asyncpg.connect(database_url)
    try:
        await connection.execute(
            "INSERT INTO pdf_files (id, checksum, file_size_bytes) VALUES ($1, $2, 4711)", pdf_id(checksum), checksum
        )
        await connection.execute(
            "INSERT INTO extraction_results (id, pdf_id, swimmer_name_normalized, swimmer_name_display, meet_name,"
            " events, warnings, timeline, message_id)"
            " VALUES ($1, $2, $3, $4, 'Spring Open', $5::jsonb, '[]', $6::jsonb, $7)",
            extraction_id(checksum, normalized_name),
            pdf_id(checksum),
            normalized_name,
            name,
            '[{"heat_number": 3}]',
            '[{"event_number": "12", "start": "09:30"}]',
            new_id(),
        )
    finally:
        await connection.close()
