from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import orjson

from schema.commands import FileSource, Source, UrlSource
from schema.events import (
    BatchCompleted,
    BatchStarted,
    BatchSubmitted,
    Event,
    Job,
    JobCompleted,
    JobStageEntered,
)
from schema.extraction import EventStart, ExtractionResult, SwimEntry
from schema.identity import extraction_id, job_id, pdf_id, result_code
from schema.states import BatchStatus, Stage
from services.runtime.clock import new_id, now
from services.runtime.database import CHANNEL

if TYPE_CHECKING:
    import asyncpg

SWIMMER = "Maya Lindqvist"
CHECKSUM = "0123456789abcdef0123456789abcdef"
SWIM = SwimEntry(
    event_number="12",
    event_name="100 Free",
    heat_number=3,
    lane=4,
    session_date=datetime(2026, 3, 7, tzinfo=UTC).date(),
    heat_start_time="09:42",
)


class Ledger:
    """Writes log and tables as the projector does, one transaction an event, without being it."""

    def __init__(self, connection: asyncpg.Connection[asyncpg.Record]) -> None:
        self.connection = connection

    async def submitted(self, batch_id: UUID | None = None, *, sheets: int = 2, silent: bool = False) -> UUID:
        """A batch of a file and links, all waiting. `silent` loses the wake-up."""
        batch_id = batch_id or new_id()
        sources: list[Source] = [
            FileSource(checksum=CHECKSUM, filename="friday.pdf"),
            *(UrlSource(url=f"https://example.org/{number}.pdf") for number in range(2, sheets + 1)),
        ]
        jobs = tuple(
            Job(job_id=job_id(batch_id, number), sequence=number, source=source)
            for number, source in enumerate(sources, 1)
        )
        async with self.connection.transaction():
            await self.connection.execute(
                "INSERT INTO processing_batches (id, swimmer_name, total_pdfs, client_ip, notification_email)"
                " VALUES ($1, $2, $3, '192.0.2.7', 'parent@example.org')",
                batch_id,
                SWIMMER,
                len(jobs),
            )
            for job, source in zip(jobs, sources, strict=True):
                await self.connection.execute(
                    "INSERT INTO batch_jobs (id, batch_id, sequence, source_type, source_url, filename, file_checksum)"
                    " VALUES ($1, $2, $3, $4, $5, $6, $7)",
                    job.job_id,
                    batch_id,
                    job.sequence,
                    source.source_type,
                    getattr(source, "url", None),
                    getattr(source, "filename", None),
                    getattr(source, "checksum", None),
                )
            await self._record(
                batch_id,
                BatchSubmitted(
                    swimmer_name=SWIMMER, jobs=jobs, client_ip="192.0.2.7", notification_email="parent@example.org"
                ),
                silent=silent,
            )
        return batch_id

    async def record(
        self, batch_id: UUID, *events: Event, status: BatchStatus | None = None, silent: bool = False
    ) -> None:
        """Events in one transaction, and the status that the batch has after them."""
        async with self.connection.transaction():
            for event in events:
                await self._record(batch_id, event, silent=silent)
            if status is not None:
                await self.connection.execute(
                    "UPDATE processing_batches SET status = $2 WHERE id = $1", batch_id, status.value
                )

    async def entered(self, batch_id: UUID, stage: Stage, *, silent: bool = False) -> None:
        await self.record(batch_id, JobStageEntered(job_id=job_id(batch_id, 1), attempt=1, stage=stage), silent=silent)

    async def many(self, batch_id: UUID, count: int) -> None:
        """So many stages with a long message each, in one statement."""
        async with self.connection.transaction():
            head = await self.connection.fetchval(
                "UPDATE processing_batches SET last_event_id = last_event_id + $2 WHERE id = $1"
                " RETURNING last_event_id",
                batch_id,
                count,
            )
            stage = JobStageEntered(job_id=job_id(batch_id, 1), attempt=1, stage=Stage.EXTRACTING, message="x" * 1500)
            await self.connection.execute(
                "INSERT INTO batch_events (batch_id, event_id, message_id, type, version, occurred_at, source, salt,"
                " data, digest) SELECT $1, event_id, gen_random_uuid(), $2, 1, now(), 'test', '', $3, ''"
                " FROM generate_series($4::int, $5::int) AS event_id",
                batch_id,
                stage.TYPE,
                stage.model_dump_json(exclude_none=True).encode(),
                head - count + 1,
                head,
            )
            await self.connection.execute("SELECT pg_notify($1, $2)", CHANNEL, str(batch_id))

    async def completed(
        self,
        batch_id: UUID,
        number: int,
        *swims: SwimEntry,
        age: timedelta = timedelta(),
        timeline: tuple[EventStart, ...] = (),
    ) -> str:
        """A job with its result and share link; returns the code. `age` makes the link older."""
        job = job_id(batch_id, number)
        checksum = CHECKSUM[:-2] + f"{number:02}"
        extraction = ExtractionResult(meet_name="Spring Open", swimmer_name=SWIMMER, events=swims, timeline=timeline)
        document = extraction.model_dump(mode="json")
        known_as = extraction_id(checksum, f"maya lindqvist {batch_id}")
        async with self.connection.transaction():
            await self.connection.execute(
                "INSERT INTO pdf_files (id, checksum) VALUES ($1, $2) ON CONFLICT DO NOTHING",
                pdf_id(checksum),
                checksum,
            )
            await self.connection.execute(
                "INSERT INTO extraction_results (id, pdf_id, swimmer_name_normalized, swimmer_name_display, meet_name,"
                " events, timeline, message_id) VALUES ($1, $2, $3, $4, 'Spring Open', $5, $6, $7)",
                known_as,
                pdf_id(checksum),
                f"maya lindqvist {batch_id}",
                SWIMMER,
                orjson.dumps(document["events"]),
                orjson.dumps(document["timeline"]),
                new_id(),
            )
            await self.connection.execute(
                "INSERT INTO result_links (short_code, extraction_id, expires_at) VALUES ($1, $2, $3)",
                result_code(job),
                known_as,
                now() + timedelta(days=30) - age,
            )
            await self.connection.execute(
                "UPDATE batch_jobs SET status = 'completed', stage = 'done', extraction_id = $2, result_code = $3,"
                " completed_at = now() WHERE id = $1",
                job,
                known_as,
                result_code(job),
            )
            await self._record(
                batch_id,
                JobCompleted(
                    job_id=job,
                    attempt=1,
                    file_checksum=checksum,
                    file_size_bytes=4711,
                    cached=False,
                    result_code=result_code(job),
                    swimmer_name_normalized="maya lindqvist",
                    extraction=extraction,
                ),
            )
        return result_code(job)

    async def read_from(self, batch_id: UUID, number: int, link: str, swimmer: str, *, minutes_ago: int = 0) -> None:
        """Let a finished job be of this link, for a swimmer whose name is folded to this."""
        job = job_id(batch_id, number)
        await self.connection.execute(
            "UPDATE batch_jobs SET source_url = $2, filename = NULL, completed_at = now() - make_interval(mins => $3)"
            " WHERE id = $1",
            job,
            link,
            minutes_ago,
        )
        await self.connection.execute(
            "UPDATE extraction_results r SET swimmer_name_normalized = $2 FROM batch_jobs j"
            " WHERE j.extraction_id = r.id AND j.id = $1",
            job,
            swimmer,
        )

    async def over(self, batch_id: UUID) -> None:
        done = BatchCompleted(status=BatchStatus.COMPLETED, total_pdfs=2, completed_pdfs=2, failed_pdfs=0)
        await self.record(batch_id, done, status=BatchStatus.COMPLETED)

    async def started(self, batch_id: UUID) -> None:
        await self.record(batch_id, BatchStarted(), status=BatchStatus.PROCESSING)

    async def _record(self, batch_id: UUID, event: Event, *, silent: bool = False) -> None:
        event_id = await self.connection.fetchval(
            "UPDATE processing_batches SET last_event_id = last_event_id + 1 WHERE id = $1 RETURNING last_event_id",
            batch_id,
        )
        await self.connection.execute(
            "INSERT INTO batch_events (batch_id, event_id, message_id, type, version, occurred_at, source, salt, data,"
            " digest) VALUES ($1, $2, $3, $4, 1, now(), 'test', '', $5, '')",
            batch_id,
            event_id,
            new_id(),
            event.TYPE,
            event.model_dump_json(exclude_none=True).encode(),
        )
        if not silent:
            await self.connection.execute("SELECT pg_notify($1, $2)", CHANNEL, str(batch_id))
