"""Made-up histories of one batch, as workers publish them."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid5

from hypothesis import strategies as st

from schema import identity
from schema.cloudevents import Fact
from schema.commands import UrlSource
from schema.events import (
    AiFile,
    BatchCancelled,
    BatchDeadLetterRedriven,
    BatchEvent,
    BatchExpired,
    BatchNotificationFailed,
    BatchNotificationRequested,
    BatchNotificationSent,
    BatchRetryRequested,
    BatchSubmitted,
    Job,
    JobCompleted,
    JobFailed,
    JobRetryScheduled,
    JobStageEntered,
    RetriedJob,
)
from schema.extraction import EventStart, ExtractionResult, SwimEntry
from schema.states import ErrorCode, Stage

BATCH = UUID("019a0000-0000-7000-8000-000000000001")
START = datetime(2026, 7, 17, 18, tzinfo=UTC)
CHECKSUM = "00112233445566778899aabbccddeeff"
STAGES = (Stage.DOWNLOADING, Stage.EXTRACTING, Stage.CACHING)
#: As they come where a sheet is read in vain and an AI is asked.
STEPS = (Stage.DOWNLOADING, Stage.EXTRACTING, Stage.EXTRACTING, Stage.UPLOADING_TO_AI, Stage.EXTRACTING)


def fact(event: BatchEvent, number: int = 0, batch: UUID = BATCH) -> Fact:
    """An event as message `number`, said `number` seconds after the start."""
    message = UUID(int=uuid5(batch, f"{event.TYPE}{number}{event!r}").int & ~(0xF << 76) | (7 << 76))
    return Fact(message, batch, START + timedelta(seconds=number), "heatstream/worker", event)


def job_id(sequence: int, batch: UUID = BATCH) -> UUID:
    return identity.job_id(batch, sequence)


def submitted(jobs: int = 1, batch: UUID = BATCH) -> BatchSubmitted:
    return BatchSubmitted(
        swimmer_name="Maya Lindqvist",
        jobs=tuple(
            Job(job_id=job_id(n, batch), sequence=n, source=UrlSource(url=f"https://meets.example/{n}.pdf"))
            for n in range(1, jobs + 1)
        ),
    )


def stage(sequence: int, which: Stage, attempt: int = 1) -> JobStageEntered:
    return JobStageEntered(job_id=job_id(sequence), attempt=attempt, stage=which, message=which.value)


def step(sequence: int, number: int, attempt: int = 1, ai_file: AiFile | None = None) -> JobStageEntered:
    """The step `number` (from 1) of `STEPS`."""
    which = STEPS[number - 1]
    return stage(sequence, which, attempt).model_copy(
        update={"message": f"{which.value} at {number}", "step": number, "ai_file": ai_file}
    )


def uploaded(hours: int, checksum: str = CHECKSUM) -> AiFile:
    """What an upload made that lasts so long from the start."""
    expires_at = START + timedelta(hours=hours)
    return AiFile(file_checksum=checksum, file_size_bytes=1000, file_id=f"file-{hours}", expires_at=expires_at)


def completed(sequence: int, attempt: int = 1, batch: UUID = BATCH, checksum: str = CHECKSUM) -> JobCompleted:
    return JobCompleted(
        job_id=job_id(sequence, batch),
        attempt=attempt,
        file_checksum=checksum,
        file_size_bytes=1000,
        cached=False,
        result_code=identity.result_code(job_id(sequence, batch)),
        swimmer_name_normalized="lindqvist maya",
        extraction=ExtractionResult(
            swimmer_name="Maya Lindqvist",
            events=(SwimEntry(event_number="12", heat_number=3, lane=4),),
            timeline=(EventStart(event_number="12", start="09:30"),),
        ),
    )


def failed(sequence: int, attempt: int = 1) -> JobFailed:
    return JobFailed(
        job_id=job_id(sequence),
        attempt=attempt,
        error_code=ErrorCode.NOT_FOUND,
        error_message="there is no such file",
        retriable=False,
    )


def retry(sequence: int, attempt: int = 1) -> JobRetryScheduled:
    return JobRetryScheduled(
        job_id=job_id(sequence),
        attempt=attempt,
        error_code=ErrorCode.TIMEOUT,
        error_message="it took too long",
        delay_seconds=4,
    )


@st.composite
def job_histories(draw: st.DrawFn, sequence: int) -> list[BatchEvent]:
    """What one job's workers say, in their order: attempts that get so far, and an end."""
    said: list[BatchEvent] = []
    attempts = draw(st.integers(1, 3))
    for attempt in range(1, attempts + 1):
        if draw(st.booleans()):
            file = draw(st.none() | st.integers(1, 48).map(uploaded))
            said += [
                step(sequence, number, attempt, file if number == len(STEPS) else None)
                for number in range(1, draw(st.integers(1, len(STEPS))) + 1)
            ]
        else:
            said += [stage(sequence, which, attempt) for which in STAGES[: draw(st.integers(0, 3))]]
        if attempt < attempts:
            said.append(retry(sequence, attempt))
    said.append(completed(sequence, attempts) if draw(st.booleans()) else failed(sequence, attempts))
    return said


@st.composite
def merged(draw: st.DrawFn, histories: list[list[BatchEvent]]) -> list[BatchEvent]:
    """One order in which these can arrive: each job's own order kept."""
    left, order = [list(history) for history in histories], []
    while any(left):
        order.append(draw(st.sampled_from([history for history in left if history])).pop(0))
    return order


@st.composite
def batch_histories(draw: st.DrawFn, batch: UUID = BATCH, files: int = 1) -> list[BatchEvent]:
    """What is said of one batch, by workers and by people at any moment; its sheets are of so many files.

    A part of it changes nothing: what is said of jobs after a cancel, say, or after the batch expired.
    """
    jobs = draw(st.integers(1, 3))
    said = draw(merged([draw(job_histories(sequence)) for sequence in range(1, jobs + 1)]))
    failed_jobs = [RetriedJob(job_id=job_id(n), attempt=draw(st.integers(2, 5))) for n in range(1, jobs + 1)]
    by_people: list[BatchEvent] = [
        BatchCancelled(),
        BatchExpired(),
        BatchRetryRequested(jobs=tuple(failed_jobs)),
        BatchNotificationRequested(email="parent@example.org"),
        BatchNotificationSent(),
        BatchNotificationFailed(reason="there is no such box"),
        BatchDeadLetterRedriven(queue="heatstream.commands.dead", reason="mended"),
    ]
    for event in draw(st.lists(st.sampled_from(by_people), max_size=4)):
        said.insert(draw(st.integers(0, len(said))), event)
    if draw(st.booleans()):
        said += draw(merged([draw(job_histories(sequence)) for sequence in range(1, jobs + 1)]))
    given = [submitted(jobs), *said]
    return [_of(batch, event, draw(st.integers(0, files - 1))) for event in given]


def _of(batch: UUID, event: BatchEvent, file: int) -> BatchEvent:
    """The same event of another batch, and of the file of that number where it is of one."""
    ours = {str(job_id(n)): str(job_id(n, batch)) for n in range(1, 4)}
    text = event.model_dump_json(exclude_none=True)
    for old, new in ours.items():
        text = text.replace(old, new)
    made = type(event).model_validate_json(text.replace(CHECKSUM, f"{file:032x}"))
    if isinstance(made, JobCompleted):
        told = made.extraction.model_copy(update={"venue": str(batch), "session_date": START.date()})
        code = identity.result_code(made.job_id)
        return made.model_copy(update={"extraction": told, "result_code": code, "file_size_bytes": 1000 + file})
    return made
