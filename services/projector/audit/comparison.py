from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import orjson

from schema import identity
from schema.events import JobCompleted
from services.projector import columns
from services.projector.audit.changes import told
from services.projector.audit.difference import BATCHES, EXTRACTIONS, JOBS, LINKS, LOG, Difference
from services.projector.audit.read_rows import folded_batch, folded_jobs
from services.projector.audit.refold import Unfoldable, advance, refold
from services.projector.fold import consequence
from services.projector.state import Placed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from uuid import UUID

    from services.projector.audit.log import Row
    from services.projector.audit.read_rows import ReadJob, ReadRows, Values
    from services.projector.audit.refold import Decode
    from services.projector.state import Batch

    Document = dict[str, Any]
    #: A job.completed: its row, and its data.
    Completed = tuple[Row, Document]
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
    batch: Batch | None = None
    completed: dict[UUID, Completed] = {}
    try:
        for event, document in zip(rows, documents, strict=True):
            fact, batch = advance(batch, event, document, decode)
            if event.type == JobCompleted.TYPE:  # isinstance costs more, of what pydantic makes
                completed[fact.event.job_id] = event, document or {}  # type: ignore[union-attr]  # that type has one
    except Unfoldable as unfoldable:
        yield unfoldable.difference
        return
    place = Placed(cast("Batch", batch), head, rows[-1].digest)
    if (missing := consequence(place.batch)) is not None:
        yield Difference(batch_id, head + 1, LOG, "event_id", f"a {missing.TYPE} follows here, and is missing")
    if row is None:
        yield Difference(batch_id, head, BATCHES, "id", NO_ROW)
        return
    wrong = _wrong(None, columns.BATCHES, folded_batch(place), row)
    yield from _jobs(place, completed, jobs, wrong, cited)
    if wrong:
        yield from _dated(wrong, rows, documents)


def _jobs(
    place: Placed,
    completed: Mapping[UUID, Completed],
    jobs: list[ReadJob],
    wrong: list[Wrong],
    cited: dict[UUID, Difference],
) -> Iterator[Difference]:
    """Where jobs, links and extractions are not as folded; columns of jobs go to `wrong`."""
    batch_id, head, expires_at = place.batch.id, place.last_event_id, place.batch.expires_at
    there = {job.row[0]: job for job in jobs}
    for folded in folded_jobs(place):
        job, said = there.pop(folded[0], None), completed.get(folded[0])
        if job is None:
            yield Difference(batch_id, head, JOBS, "id", f"job {folded[2]}: {NO_ROW}")
            continue
        wrong += _wrong(folded[2], columns.JOBS, folded, job.row)
        if said is not None:
            yield from _link(*said, expires_at, folded, job)
            yield from _extraction(*said, folded, job, cited)
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


def _link(event: Row, document: Document, expires_at: object, folded: Values, job: ReadJob) -> Iterator[Difference]:
    if job.link is None:
        yield Difference(event.batch_id, event.event_id, LINKS, "id", f"job {folded[2]}: {NO_ROW}")
        return
    expected = (folded[0], document["result_code"], folded[11], expires_at, event.occurred_at)
    for _, column in _wrong(None, columns.LINKS, expected, job.link):
        yield Difference(event.batch_id, event.event_id, LINKS, column, f"job {folded[2]}: {NOT_FOLDED}")


def _extraction(
    event: Row, document: Document, folded: Values, job: ReadJob, cited: dict[UUID, Difference]
) -> Iterator[Difference]:
    def wrong(column: str, sentence: str) -> Difference:
        return Difference(event.batch_id, event.event_id, EXTRACTIONS, column, f"job {folded[2]}: {sentence}")

    row = job.extraction
    if row is None:
        yield wrong("id", NO_ROW)
        return
    *kept, events, warnings, timeline, created_at, message_id = row
    if message_id != event.message_id:
        if (created_at, message_id) > (event.occurred_at, event.message_id):
            yield wrong("message_id", "an earlier job.completed than the one it is from says the same")
        cited.setdefault(message_id, wrong("message_id", "the log has no such job.completed"))
        return
    found: Mapping[str, Any] = document["extraction"]
    lists = {"events": events, "warnings": warnings, "timeline": timeline}
    expected = (
        folded[11],
        identity.pdf_id(document["file_checksum"]),
        document["swimmer_name_normalized"],
        found["swimmer_name"],
        *map(found.get, ("meet_name", "session_date", "meet_date_start", "meet_date_end", "venue")),
        *(True for _ in lists),
        event.occurred_at,
        event.message_id,
    )
    # Dates are text in the log, and None stays None.
    dates = [date and str(date) for date in kept[5:8]]
    same = [_same(name, text, event.data or "", found) for name, text in lists.items()]
    for _, column in _wrong(
        None, columns.EXTRACTIONS, expected, (*kept[:5], *dates, kept[8], *same, created_at, message_id)
    ):
        yield wrong(column, NOT_FOLDED)


def _same(name: str, text: str, data: str, found: Mapping[str, Any]) -> bool:
    """Whether a list of an extraction is what the event says. JSONB prints what is alike alike: one look mostly does.

    Within a string of the data there is no such text: its quotes would be escaped.
    """
    return f'"{name}": {text}' in data or orjson.loads(text) == found.get(name, [])
