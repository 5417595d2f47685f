"""given / when / then over plain values."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest

from schema.commands import FileSource
from schema.events import (
    BatchCancelled,
    BatchCompleted,
    BatchDeadLetterRedriven,
    BatchEvent,
    BatchExpired,
    BatchNotificationFailed,
    BatchNotificationRequested,
    BatchNotificationSent,
    BatchRetryRequested,
    BatchStarted,
    BatchSubmitted,
    Job,
    RetriedJob,
)
from schema.states import BatchStatus, ErrorCode, JobStatus, Stage
from services.projector.fold import Unchanged, consequence, evolve
from services.projector.state import Batch
from tests.unit.projector.story import (
    BATCH,
    CHECKSUM,
    START,
    completed,
    fact,
    failed,
    job_id,
    retry,
    stage,
    step,
    submitted,
    uploaded,
)


def given(*events: BatchEvent) -> Batch:
    batch: Batch | None = None
    for number, event in enumerate(events):
        after = evolve(batch, fact(event, number))
        assert isinstance(after, Batch), f"{event.TYPE} changes nothing: {after}"
        batch = after
        while (follows := consequence(batch)) is not None:
            after = evolve(batch, fact(follows, number))
            assert isinstance(after, Batch)
            batch = after
    assert batch is not None
    return batch


def when(batch: Batch | None, event: BatchEvent, at: int = 100) -> Batch | Unchanged:
    return evolve(batch, fact(event, at))


def test_a_submitted_batch_waits_with_all_its_jobs() -> None:
    batch = given(submitted(2))
    assert (batch.status, batch.created_at, len(batch.jobs)) == (BatchStatus.PENDING, START, 2)
    assert {(job.status, job.stage, job.attempt) for job in batch.jobs.values()} == {
        (JobStatus.PENDING, Stage.QUEUED, 1)
    }
    assert batch.expires_at == START + timedelta(days=30)
    assert consequence(batch) is None


def test_an_upload_has_its_checksum_and_filename_from_the_start() -> None:
    source = FileSource(checksum="0" * 32, filename="saturday.pdf")
    batch = given(BatchSubmitted(swimmer_name="Maya", jobs=(Job(job_id=job_id(1), sequence=1, source=source),)))
    job = batch.jobs[job_id(1)]
    assert (job.source_type, job.filename, job.file_checksum, job.source_url) == (
        "file",
        "saturday.pdf",
        "0" * 32,
        None,
    )


def test_the_first_stage_of_any_job_starts_the_batch() -> None:
    batch = when(given(submitted(2)), stage(2, Stage.DOWNLOADING))
    assert isinstance(batch, Batch)
    assert consequence(batch) == BatchStarted()
    assert batch.jobs[job_id(2)].status is JobStatus.DOWNLOADING


@pytest.mark.parametrize(
    ("ends", "status"),
    [
        ((completed(1), completed(2)), BatchStatus.COMPLETED),
        ((failed(1), failed(2)), BatchStatus.FAILED),
        ((completed(1), failed(2)), BatchStatus.PARTIAL),
    ],
)
def test_a_batch_is_over_when_every_job_is(ends: tuple[BatchEvent, BatchEvent], status: BatchStatus) -> None:
    halfway = given(submitted(2), ends[0])
    assert halfway.status is BatchStatus.PROCESSING
    assert given(submitted(2), *ends).status is status


def test_a_retry_waits_with_its_next_attempt_and_the_last_reason() -> None:
    job = given(submitted(), stage(1, Stage.EXTRACTING), retry(1)).jobs[job_id(1)]
    assert (job.attempt, job.status, job.stage, job.error_code) == (
        2,
        JobStatus.PENDING,
        Stage.QUEUED,
        ErrorCode.TIMEOUT,
    )


def test_a_success_forgets_the_reasons_of_earlier_attempts() -> None:
    job = given(submitted(), retry(1), completed(1, 2)).jobs[job_id(1)]
    assert (job.status, job.stage, job.error_code, job.error_message) == (JobStatus.COMPLETED, Stage.DONE, None, None)


def test_a_retry_of_failed_jobs_takes_the_batch_back_and_the_counters_follow() -> None:
    over = given(submitted(2), completed(1), failed(2))
    again = given(
        submitted(2), completed(1), failed(2), BatchRetryRequested(jobs=(RetriedJob(job_id=job_id(2), attempt=2),))
    )
    assert (over.status, over.completed_pdfs, over.failed_pdfs) == (BatchStatus.PARTIAL, 1, 1)
    assert (again.status, again.completed_pdfs, again.failed_pdfs) == (BatchStatus.PROCESSING, 1, 0)
    assert again.completed_at is None
    done = when(again, completed(2, 2))
    assert isinstance(done, Batch)
    assert consequence(done) == BatchCompleted(
        status=BatchStatus.COMPLETED, total_pdfs=2, completed_pdfs=2, failed_pdfs=0
    )


def test_a_cancel_keeps_what_is_finished_and_wins_over_work_that_ends_later() -> None:
    batch = given(submitted(2), completed(1), BatchCancelled())
    assert [job.status for job in batch.jobs.values()] == [JobStatus.COMPLETED, JobStatus.CANCELLED]
    assert when(batch, completed(2)) is Unchanged.STALE
    assert consequence(batch) is None


def test_a_mail_request_that_comes_again_late_does_not_undo_a_newer_one() -> None:
    first, second = BatchNotificationRequested(email="a@x.org"), BatchNotificationRequested(email="b@x.org")
    batch = given(submitted(), first, second)
    assert batch.notification_email == "b@x.org"
    assert when(batch, first, at=1) is Unchanged.STALE
    sent = when(batch, BatchNotificationSent(), at=3)
    assert isinstance(sent, Batch)
    assert sent.notification_email is None
    assert when(sent, BatchNotificationSent(), at=3) is Unchanged.STALE
    assert when(batch, BatchNotificationSent(), at=1) is Unchanged.STALE


def test_a_mail_to_one_address_is_asked_for_once_until_it_went() -> None:
    again = BatchNotificationRequested(email="a@x.org")
    batch = given(submitted(), again)
    assert when(batch, again, at=2) is Unchanged.STALE
    sent = when(batch, BatchNotificationSent(), at=3)
    assert isinstance(sent, Batch)
    assert isinstance(when(sent, again, at=4), Batch)


@pytest.mark.parametrize("outcome", [BatchNotificationSent, partial(BatchNotificationFailed, reason="no such address")])
def test_a_mail_answers_the_request_that_it_names_however_late_it_ends(
    outcome: Callable[..., BatchNotificationSent | BatchNotificationFailed],
) -> None:
    first, second = BatchNotificationRequested(email="a@x.org"), BatchNotificationRequested(email="b@x.org")
    batch = given(submitted(), first, second)
    assert when(batch, outcome(requested_at=START + timedelta(seconds=1)), at=50) is Unchanged.STALE
    after = when(batch, outcome(requested_at=START + timedelta(seconds=2)), at=50)
    assert isinstance(after, Batch)
    assert after.notification_email is None


def test_nothing_happens_to_an_expired_batch() -> None:
    batch = given(submitted(), completed(1), BatchExpired())
    for event in (submitted(), stage(1, Stage.CACHING), BatchCancelled(), BatchExpired()):
        assert when(batch, event) is Unchanged.STALE


def test_an_unknown_batch_or_job_is_said() -> None:
    assert when(None, completed(1)) is Unchanged.UNKNOWN_BATCH
    assert when(given(submitted(1)), completed(7)) is Unchanged.UNKNOWN_JOB


def test_a_submit_cannot_reach_into_the_jobs_of_another_batch() -> None:
    stolen = Job(job_id=job_id(1, batch=job_id(9)), sequence=1, source=FileSource(checksum="0" * 32, filename="x"))
    assert when(None, BatchSubmitted(swimmer_name="Maya", jobs=(stolen,))) is Unchanged.FOREIGN_JOBS
    twice = submitted(1).jobs * 2
    assert when(None, BatchSubmitted(swimmer_name="Maya", jobs=twice)) is Unchanged.FOREIGN_JOBS
    assert fact(submitted()).batch_id == BATCH


def test_what_is_over_stays_as_it_ended() -> None:
    done = given(submitted(), completed(1))
    assert when(done, BatchCancelled()) is Unchanged.STALE
    again = BatchCompleted(status=BatchStatus.FAILED, total_pdfs=1, completed_pdfs=0, failed_pdfs=1)
    assert when(done, again) is Unchanged.STALE
    assert when(done, BatchStarted()) is Unchanged.STALE
    cancelled = given(submitted(2), failed(1), BatchCancelled())
    assert when(cancelled, BatchRetryRequested(jobs=(RetriedJob(job_id=job_id(1), attempt=2),))) is Unchanged.STALE


def test_a_stage_comes_again_in_a_later_step_and_an_earlier_step_is_late() -> None:
    batch = given(submitted(), *(step(1, number) for number in (1, 2, 4, 5)))
    job = batch.jobs[job_id(1)]

    assert (job.stage, job.progress_message) == (Stage.EXTRACTING, "extracting at 5")
    assert {when(batch, step(1, late)) for late in (3, 5)} == {Unchanged.STALE}


def test_the_steps_of_a_new_attempt_count_anew() -> None:
    again = BatchRetryRequested(jobs=(RetriedJob(job_id=job_id(1), attempt=2),))
    for before in (retry(1), failed(1)):
        follows = [again] if before == failed(1) else []
        batch = given(submitted(), step(1, 5), before, *follows, step(1, 1, attempt=2))
        assert batch.jobs[job_id(1)].stage is Stage.DOWNLOADING


def test_an_upload_to_an_ai_tells_the_checksum_of_what_a_link_led_to() -> None:
    batch = given(submitted(), step(1, 5, ai_file=uploaded(24)))

    assert batch.jobs[job_id(1)].file_checksum == CHECKSUM


def test_a_mail_that_was_refused_for_good_is_forgotten_and_not_counted_as_sent() -> None:
    asked = given(submitted(), BatchNotificationRequested(email="parent@example.org"))
    refused = when(asked, BatchNotificationFailed(reason="there is no such address"))
    assert isinstance(refused, Batch)
    assert (refused.notification_email, refused.notification_sent_at) == (None, None)
    assert when(refused, BatchNotificationFailed(reason="again"), at=101) is Unchanged.STALE
    assert when(asked, BatchNotificationFailed(reason="of an older request"), at=0) is Unchanged.STALE


def test_a_redrive_is_recorded_once() -> None:
    redriven = BatchDeadLetterRedriven(queue="heatstream.commands.dead", reason="bad_fields")
    after = when(given(submitted()), redriven)
    assert isinstance(after, Batch)
    assert after.redriven_at == START + timedelta(seconds=100)
    assert when(after, redriven) is Unchanged.STALE
