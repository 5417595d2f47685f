"""The rows of the read tables that batches of the log amount to, as the projector would have left them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

import orjson

from schema.cloudevents import Fact
from schema.events import JobCompleted, JobStageEntered
from services.projector import tables
from services.projector.fold import evolve
from services.projector.replay.trusted import trusted
from services.projector.state import Batch, Placed

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    import asyncpg

    from services.projector.tables import Row


@dataclass(slots=True)
class Rows:
    """What some batches come to, a list a table; of a file or an extraction others may have sightings too.

    `events` counts what was folded, `unchanged` those among them that change nothing as the fold is now.
    """

    batches: list[Row] = field(default_factory=list)
    jobs: list[Row] = field(default_factory=list)
    links: list[Row] = field(default_factory=list)
    pdfs: dict[UUID, Row] = field(default_factory=dict)
    extractions: dict[UUID, Row] = field(default_factory=dict)
    events: int = 0
    unchanged: int = 0

    def of_tables(self) -> Iterable[tuple[str, Iterable[Row]]]:
        """Each table with its rows, behind those that it refers to."""
        yield "pdf_files", self.pdfs.values()
        yield "extraction_results", self.extractions.values()
        yield "processing_batches", self.batches
        yield "batch_jobs", self.jobs
        yield "result_links", self.links


def folded(log: Iterable[asyncpg.Record]) -> Rows:
    """Fold rows of `projector_replay_range`: whole batches, one after the other, each in its order."""
    rows = Rows()
    of: UUID | None = None
    batch: Batch | None = None
    last_event_id = 0
    said: list[tuple[Fact, dict[str, Any]]] = []
    for batch_id, event_id, message_id, event_type, version, occurred_at, data in log:
        if batch_id != of:
            _close(rows, batch, last_event_id, said)
            of, batch, said = batch_id, None, []
        fact = Fact(message_id, batch_id, occurred_at, "", trusted(event_type, version, data))
        after = evolve(batch, fact)
        if not isinstance(after, Batch):
            rows.unchanged += 1
        else:
            batch = after
            if "extraction" in data or "ai_file" in data:  # what leaves rows beside those of its batch
                said.append((fact, data))
        last_event_id = event_id
        rows.events += 1
    _close(rows, batch, last_event_id, said)
    return rows


def _close(rows: Rows, batch: Batch | None, last_event_id: int, said: list[tuple[Fact, dict[str, Any]]]) -> None:
    if batch is None or batch.expired:
        return
    placed = Placed(batch, last_event_id, b"")
    rows.batches += tables.new_batches([placed])
    rows.jobs += tables.jobs([placed])
    for fact, data in said:
        event, at = fact.event, fact.occurred_at
        if isinstance(event, JobCompleted):
            job = batch.jobs[event.job_id]
            pdf = tables.sight(rows.pdfs, job, event, at)
            rows.links.append((job.id, event.result_code, job.extraction_id, batch.expires_at, at))
            if job.extraction_id is not None:
                row = _extraction(job.extraction_id, pdf, fact, event, data["extraction"])
                known = rows.extractions.get(job.extraction_id)
                rows.extractions[job.extraction_id] = row if known is None else min(known, row, key=_said)
        elif isinstance(event, JobStageEntered) and event.ai_file:
            tables.sight(rows.pdfs, batch.jobs[event.job_id], event.ai_file, at)


def _extraction(extraction_id: UUID, pdf: UUID, fact: Fact, event: JobCompleted, found: dict[str, Any]) -> Row:
    return (
        extraction_id,
        pdf,
        event.swimmer_name_normalized,
        found["swimmer_name"],
        found.get("meet_name"),
        _date(found.get("session_date")),
        _date(found.get("meet_date_start")),
        _date(found.get("meet_date_end")),
        found.get("venue"),
        orjson.dumps(found.get("events", ())),
        orjson.dumps(found.get("warnings", ())),
        orjson.dumps(found.get("timeline", ())),
        fact.occurred_at,
        fact.id,
    )


def _date(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _said(extraction: Row) -> Row:
    """When, and by which message: of two the earlier is kept."""
    return extraction[-2:]
