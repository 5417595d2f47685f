from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from schema import identity
from schema.events import JobCompleted
from services.projector.audit.changes import told
from services.projector.audit.difference import BATCHES, EXTRACTIONS, JOBS, LINKS, LOG, Difference
from services.projector.audit.read_rows import (
    BATCH_COLUMNS,
    EXTRACTION_COLUMNS,
    JOB_COLUMNS,
    LINK_COLUMNS,
    folded_batch,
    folded_jobs,
)
from services.projector.audit.refold import Step, Unfoldable, refold
from services.projector.fold import consequence

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from uuid import UUID

    from services.projector.audit.log import Row
    from services.projector.audit.read_rows import ReadJob, ReadRows, Values
    from services.projector.audit.refold import Decode
    from services.projector.state import Placed

    Document = dict[str, Any]
    #: Whose the column is (a job's sequence, None for the batch), and the column of a row that is not as folded.
    Wrong = tuple[int | None, str]

NOT_FOLDED = "it is not what the log comes to"
NO_ROW = "the row is missing"
STRAY = "the row follows from nothing in the log"


def unlike(
    rows: Sequence[Row],
    documents: Sequence[Document | None],
    read: ReadRows,
    cited: dict[UUID, Difference],
    decode: Decode,
) -> Iterator[Difference]:
    """Where the read tables are not what the log of a batch comes to.

    An extraction may be from an earlier event of another batch: `cited` gets that event's message id, and what is wrong
    if the log has no such event.
    """
    batch_id, head = rows[0].batch_id, rows[-1].event_id
    row, jobs = read.batches.get(batch_id), read.jobs.get(batch_id, [])
    if all(document is None for document in documents):
        if row is not None:
            yield Difference(batch_id, head, BATCHES, "id", "the batch is erased, and its row is still there")
        return
    completed: dict[UUID, Step] = {}
    try:
        for step in refold(zip(rows, documents, strict=True), decode):
            if step.row.type == JobCompleted.TYPE:  # isinstance costs more, of what pydantic makes
                completed[step.fact.event.job_id] = step  # type: ignore[union-attr]  # that type has one
    except Unfoldable as unfoldable:
        yield unfoldable.difference
        return
    if (missing := consequence(step.batch)) is not None:
        yield Difference(batch_id, head + 1, LOG, "event_id", f"a {missing.TYPE} follows here, and is missing")
    if row is None:
        yield Difference(batch_id, head, BATCHES, "id", NO_ROW)
        return
    wrong = _wrong(None, BATCH_COLUMNS, folded_batch(step.place), row)
    yield from _jobs(step.place, completed, jobs, wrong, cited)
    if wrong:
        yield from _dated(wrong, rows, documents)


def _jobs(
    place: Placed,
    completed: dict[UUID, Step],
    jobs: list[ReadJob],
    wrong: list[Wrong],
    cited: dict[UUID, Difference],
) -> Iterator[Difference]:
    """Where jobs, links and extractions are not as folded; columns of jobs go to `wrong`."""
    batch_id, head, expires_at = place.batch.id, place.last_event_id, place.batch.expires_at
    there = {job.row[0]: job for job in jobs}
    for folded in folded_jobs(place):
        job, step = there.pop(folded[0], None), completed.get(folded[0])
        if job is None:
            yield Difference(batch_id, head, JOBS, "id", f"job {folded[2]}: {NO_ROW}")
            continue
        wrong += _wrong(folded[2], JOB_COLUMNS, folded, job.row)
        if step is not None:
            yield from _link(step, expires_at, folded, job)
            yield from _extraction(step, folded, job, cited)
        elif job.link is not None:
            yield Difference(batch_id, head, LINKS, "id", f"job {folded[2]}: {STRAY}")
    for _ in there:
        yield Difference(batch_id, head, JOBS, "id", STRAY)


def _wrong(sequence: int | None, columns: Iterable[str], folded: Values, row: Values) -> list[Wrong]:
    if row == folded:
        return []
    return [(sequence, name) for name, is_, was in zip(columns, row, folded, strict=True) if is_ != was]


def _dated(wrong: list[Wrong], rows: Sequence[Row], documents: Sequence[Document | None]) -> Iterator[Difference]:
    """Each with the event that last said what the column is."""
    said: dict[Wrong, int] = {}
    for step, changes in told(refold(zip(rows, documents, strict=True))):
        said |= {(change.job, change.column): step.row.event_id for change in changes}
    for sequence, column in wrong:
        event_id = said.get((sequence, column), rows[-1 if column == "last_event_id" else 0].event_id)
        table, of = (BATCHES, "") if sequence is None else (JOBS, f"job {sequence}: ")
        yield Difference(rows[0].batch_id, event_id, table, column, of + NOT_FOLDED)


def _link(step: Step, expires_at: object, folded: Values, job: ReadJob) -> Iterator[Difference]:
    batch_id, event_id = step.row.batch_id, step.row.event_id
    if job.link is None:
        yield Difference(batch_id, event_id, LINKS, "id", f"job {folded[2]}: {NO_ROW}")
        return
    expected = (folded[0], step.document["result_code"], folded[11], expires_at, step.row.occurred_at)
    for _, column in _wrong(None, LINK_COLUMNS, expected, job.link):
        yield Difference(batch_id, event_id, LINKS, column, f"job {folded[2]}: {NOT_FOLDED}")


def _extraction(step: Step, folded: Values, job: ReadJob, cited: dict[UUID, Difference]) -> Iterator[Difference]:
    def wrong(column: str, sentence: str) -> Difference:
        return Difference(step.row.batch_id, step.row.event_id, EXTRACTIONS, column, f"job {folded[2]}: {sentence}")

    row = job.extraction
    if row is None:
        yield wrong("id", NO_ROW)
        return
    *kept, events, warnings, timeline, created_at, message_id = row
    if message_id != step.row.message_id:
        if (created_at, message_id) > (step.row.occurred_at, step.row.message_id):
            yield wrong("message_id", "an earlier job.completed than the one it is from says the same")
        cited.setdefault(message_id, wrong("message_id", "the log has no such job.completed"))
        return
    found: Mapping[str, Any] = step.document["extraction"]
    expected = (
        folded[11],
        identity.pdf_id(step.document["file_checksum"]),
        step.document["swimmer_name_normalized"],
        found["swimmer_name"],
        *map(found.get, ("meet_name", "session_date", "meet_date_start", "meet_date_end", "venue")),
        *(found.get(name, []) for name in ("events", "warnings", "timeline")),
        step.row.occurred_at,
        step.row.message_id,
    )
    # Dates are text in the log, and None stays None.
    dates = [date and str(date) for date in kept[5:8]]
    lists = [orjson.loads(text) for text in (events, warnings, timeline)]
    actual = (*kept[:5], *dates, kept[8], *lists, created_at, message_id)
    for _, column in _wrong(None, EXTRACTION_COLUMNS, expected, actual):
        yield wrong(column, NOT_FOLDED)
