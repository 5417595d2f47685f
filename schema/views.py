"""What the gateway answers with: shared by the gateway and by every client of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from schema.extraction import Meet, SwimEntry, Warning  # noqa: A004 - as in its home
from schema.model import Model, ShortCode
from schema.states import BatchStatus, ErrorCode, JobStatus, Stage


class BatchAddresses(Model):
    """Where to look at a batch, and to listen to it."""

    batch_id: UUID
    url: str
    events_url: str
    results_url: str
    calendar_url: str


class SwimmerBatchView(BatchAddresses):
    """The batch of one of the swimmers that a submit named."""

    swimmer: str


class SubmittedView(BatchAddresses):
    """The answer to a submit: a batch for each swimmer, in their order; the first one's members stand outside, too."""

    batches: tuple[SwimmerBatchView, ...]


class OrderedView(Model):
    """A command is on its way to a batch; what becomes of it is seen at `url` and heard at `events_url`."""

    batch_id: UUID
    command: str
    url: str
    events_url: str


class JobView(Model):
    """One PDF of a batch, as a row of `batch_jobs` has it."""

    id: UUID
    sequence: int
    source_type: str
    source_url: str | None
    filename: str | None
    status: JobStatus
    stage: Stage | None
    progress_message: str | None
    result_code: str | None
    error_code: ErrorCode | None
    error_message: str | None
    retry_count: int
    cached: bool
    created_at: datetime
    started_at: datetime | None
    completed_at: datetime | None


class BatchView(Model):
    """A batch with its jobs in the order they were handed in; `last_event_id` is the cursor of its stream."""

    id: UUID
    swimmer_name: str
    status: BatchStatus
    total_pdfs: int
    completed_pdfs: int
    failed_pdfs: int
    created_at: datetime
    started_at: datetime | None
    completed_at: datetime | None
    expires_at: datetime
    last_event_id: int
    jobs: tuple[JobView, ...]


class SwimView(SwimEntry):
    """A swim in a schedule; `duplicate` when an earlier sheet of the batch has the same swim.

    `id` stays when the sheet is read again, though heat, lane and time change: calendars know the swim by it.
    `google_calendar_url` adds it to a Google calendar, where its day is known.
    """

    id: ShortCode
    duplicate: bool = False
    google_calendar_url: str | None = None


class ResultView(Meet):
    """What one sheet says of the swimmer; also what a share link shows."""

    result_code: str
    swimmer_name: str
    source: str
    swims: tuple[SwimView, ...]
    warnings: tuple[Warning, ...]
    cached: bool = False


class FailedView(Model):
    """A source that gave no result, and why."""

    job_id: UUID
    source: str
    status: JobStatus
    error_code: ErrorCode | None
    error_message: str | None


class ResultsView(Model):
    """The schedule of a batch: finished sheets in the order they were handed in, and what is missing from it."""

    batch_id: UUID
    swimmer_name: str
    status: BatchStatus
    results: tuple[ResultView, ...]
    failed: tuple[FailedView, ...]
    unfinished: int


class EventsView(Model):
    """A page of the log, as CloudEvents; ask again with `after` = `next_after` until it is None.

    `eventid` is an event's place in its batch, `recordedtime` when it got it. `over`: the batch is, and nothing comes
    after this page unless its failed sheets are tried again.
    """

    batch_id: UUID
    events: tuple[dict[str, Any], ...]
    next_after: int | None
    over: bool


class Problem(Model):
    """RFC 9457. `type` ends in a stable slug, `detail` says what to do, `errors` names fields."""

    type: str
    title: str
    status: int
    detail: str
    errors: tuple[dict[str, str], ...] = ()
