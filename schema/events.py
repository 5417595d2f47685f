"""What became true of a batch. Names are past tense; adding an event is adding it to `BatchEvent`, all else follows."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal, get_args
from uuid import UUID

from pydantic import AwareDatetime, Field, StringConstraints

from schema.commands import MAX_SOURCES, Source
from schema.extraction import ExtractionResult
from schema.model import Checksum, Count, Email, Model, ShortCode, SwimmerName, Text
from schema.states import BatchStatus, ErrorCode, Stage

Sentence = Annotated[Text, StringConstraints(max_length=2000)]
FinalStatus = Literal[BatchStatus.COMPLETED, BatchStatus.FAILED, BatchStatus.PARTIAL]
Attempt = Annotated[Count, Field(ge=1)]


class Event(Model):
    """A fact about one batch; which batch, when and why stands in the envelope (`schema.cloudevents`)."""

    TYPE: ClassVar[str]
    VERSION: ClassVar[int] = 1


class Job(Model):
    job_id: UUID
    sequence: Attempt
    source: Source


class BatchSubmitted(Event):
    """A batch exists, with all its jobs waiting."""

    TYPE: ClassVar[str] = "batch.submitted"

    swimmer_name: SwimmerName
    jobs: Annotated[tuple[Job, ...], Field(min_length=1, max_length=MAX_SOURCES)]
    client_ip: Annotated[Text, StringConstraints(max_length=45)] | None = None
    notification_email: Email | None = None


class BatchStarted(Event):
    """The first job of the batch is being worked on. Added by the projector."""

    TYPE: ClassVar[str] = "batch.started"


class AiFile(Model):
    """A PDF as an AI provider keeps it, until it expires there."""

    file_checksum: Checksum
    file_size_bytes: Count
    file_id: Annotated[Text, StringConstraints(min_length=1, max_length=255)]
    expires_at: AwareDatetime


class JobStageEntered(Event):
    """An attempt at a job reached a stage, or went on within it; `message` is for people.

    `step` counts these events of an attempt, for stages come again: what is read in vain here is then given to an AI.
    Where it is left out, the order of stages stands for it. `ai_file` is what an upload made, in the stage behind it.
    """

    TYPE: ClassVar[str] = "job.stage_entered"

    job_id: UUID
    attempt: Attempt
    stage: Stage
    message: Sentence | None = None
    step: Annotated[Count, Field(ge=1)] | None = None
    ai_file: AiFile | None = None


class JobRetryScheduled(Event):
    """An attempt failed for a reason that may pass; the next one starts after `delay_seconds`."""

    TYPE: ClassVar[str] = "job.retry_scheduled"

    job_id: UUID
    attempt: Attempt
    error_code: ErrorCode
    error_message: Sentence
    delay_seconds: Count


class JobCompleted(Event):
    """Every swim of the swimmer in this PDF is known; none, with a warning, is an answer too."""

    TYPE: ClassVar[str] = "job.completed"

    job_id: UUID
    attempt: Attempt
    file_checksum: Checksum
    file_size_bytes: Count
    cached: bool
    result_code: ShortCode
    swimmer_name_normalized: Annotated[Text, StringConstraints(min_length=1, max_length=255)]
    extraction: ExtractionResult


class JobFailed(Event):
    """The job ended without a result; `retriable` says whether a person may ask again."""

    TYPE: ClassVar[str] = "job.failed"

    job_id: UUID
    attempt: Attempt
    error_code: ErrorCode
    error_message: Sentence
    retriable: bool


class RetriedJob(Model):
    """`attempt` is the number of the attempt that begins."""

    job_id: UUID
    attempt: Annotated[Count, Field(ge=2)]


class BatchRetryRequested(Event):
    """Failed jobs wait again, each with a new attempt."""

    TYPE: ClassVar[str] = "batch.retry_requested"

    jobs: Annotated[tuple[RetriedJob, ...], Field(min_length=1, max_length=MAX_SOURCES)]


class BatchCompleted(Event):
    """Every job of the batch is over. Added by the projector."""

    TYPE: ClassVar[str] = "batch.completed"

    status: FinalStatus
    total_pdfs: Count
    completed_pdfs: Count
    failed_pdfs: Count


class BatchCancelled(Event):
    """The batch stopped on request; jobs that were not over are cancelled."""

    TYPE: ClassVar[str] = "batch.cancelled"


class BatchNotificationRequested(Event):
    """This address wants a mail when the batch is over."""

    TYPE: ClassVar[str] = "batch.notification_requested"

    email: Email


class BatchNotificationSent(Event):
    """The mail was accepted by its server; the address that was given at `requested_at` is forgotten."""

    TYPE: ClassVar[str] = "batch.notification_sent"

    requested_at: AwareDatetime | None = None


class BatchNotificationFailed(Event):
    """The mail was refused for good, for a `reason` without the address, which is forgotten as if it had been sent."""

    TYPE: ClassVar[str] = "batch.notification_failed"

    reason: Sentence
    requested_at: AwareDatetime | None = None


class RetriedSetAside(Model):
    """Which set-aside event a person gave to the fold again, and how often it had been set aside by then."""

    fingerprint: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    times: Attempt


class BatchDeadLetterRedriven(Event):
    """A person put a message of this batch from a dead-letter queue back where it came from.

    With `set_aside` it was one of the events that the projector had set aside, and `queue` the one it came by.
    """

    TYPE: ClassVar[str] = "batch.dead_letter_redriven"

    queue: Annotated[Text, StringConstraints(min_length=1, max_length=255)]
    reason: Sentence
    set_aside: RetriedSetAside | None = None


class BatchExpired(Event):
    """The batch is forgotten: its rows and the data of its log are erased."""

    TYPE: ClassVar[str] = "batch.expired"


BatchEvent = (
    BatchSubmitted
    | BatchStarted
    | JobStageEntered
    | JobRetryScheduled
    | JobCompleted
    | JobFailed
    | BatchRetryRequested
    | BatchCompleted
    | BatchCancelled
    | BatchNotificationRequested
    | BatchNotificationSent
    | BatchNotificationFailed
    | BatchDeadLetterRedriven
    | BatchExpired
)
EVENTS: dict[str, type[BatchEvent]] = {event.TYPE: event for event in get_args(BatchEvent)}
#: The events that only the projector may say; from anywhere else they are set aside.
DERIVED: tuple[type[BatchEvent], ...] = (BatchStarted, BatchCompleted)
