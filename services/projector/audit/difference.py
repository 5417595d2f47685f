from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from uuid import UUID

LOG, HISTORY, CHECKPOINT = "batch_events", "heatstream.history", "checkpoint"
BATCHES, JOBS, LINKS, EXTRACTIONS = "processing_batches", "batch_jobs", "result_links", "extraction_results"
FILES = "pdf_files"


class Difference(NamedTuple):
    """Where something is not as the record says: in which batch, at which event, in which column of which place.

    `batch_id` is None where no batch can be named, `event_id` where no event can. The sentence never says a value: it
    may be a child's name.
    """

    batch_id: UUID | None
    event_id: int | None
    place: str
    column: str | None
    sentence: str
