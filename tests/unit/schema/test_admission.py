from __future__ import annotations

from uuid import UUID, uuid4

import pytest

from schema.admission import Standing, refusal, retried
from schema.commands import AnyCommand, CancelBatch, ExpireBatch, NotifyBatch, RetryBatch
from schema.states import BatchStatus, JobStatus

BATCH = UUID("019a0000-0000-7000-8000-000000000001")
DONE, FAILED, RUNNING, STRANGE = uuid4(), uuid4(), uuid4(), uuid4()
JOBS = {DONE: JobStatus.COMPLETED, FAILED: JobStatus.FAILED, RUNNING: JobStatus.PROCESSING}


def reason(command: AnyCommand, status: BatchStatus, jobs: dict[UUID, JobStatus] | None = None) -> str | None:
    refused = refusal(command, Standing(status, JOBS if jobs is None else jobs))
    return None if refused is None else refused.reason


@pytest.mark.parametrize(
    ("status", "why"),
    [
        (BatchStatus.PENDING, None),
        (BatchStatus.PROCESSING, None),
        (BatchStatus.CANCELLED, None),
        (BatchStatus.COMPLETED, "batch_over"),
        (BatchStatus.FAILED, "batch_over"),
        (BatchStatus.PARTIAL, "batch_over"),
    ],
)
def test_a_batch_may_be_cancelled_until_it_is_over_and_twice(status: BatchStatus, why: str | None) -> None:
    assert reason(CancelBatch(batch_id=BATCH), status) == why


@pytest.mark.parametrize(
    ("job_ids", "why"),
    [
        (None, None),
        ((FAILED,), None),
        ((FAILED, FAILED), None),
        ((STRANGE,), "unknown_job"),
        ((FAILED, DONE), "job_not_failed"),
        ((RUNNING,), "job_not_failed"),
    ],
)
def test_only_failed_jobs_of_the_batch_are_tried_again(job_ids: tuple[UUID, ...] | None, why: str | None) -> None:
    assert reason(RetryBatch(batch_id=BATCH, job_ids=job_ids), BatchStatus.PROCESSING) == why


def test_a_batch_without_a_failed_job_or_that_was_cancelled_is_not_tried_again() -> None:
    again = RetryBatch(batch_id=BATCH)
    assert reason(again, BatchStatus.COMPLETED, {DONE: JobStatus.COMPLETED}) == "nothing_failed"
    assert reason(again, BatchStatus.CANCELLED) == "batch_cancelled"


def test_a_retry_is_about_each_job_once() -> None:
    standing = Standing(BatchStatus.PARTIAL, JOBS)
    assert retried(RetryBatch(batch_id=BATCH, job_ids=(FAILED, FAILED)), standing) == (FAILED,)
    assert retried(RetryBatch(batch_id=BATCH), standing) == (FAILED,)


@pytest.mark.parametrize("status", BatchStatus)
def test_any_batch_may_be_forgotten_and_mailed_about(status: BatchStatus) -> None:
    assert reason(ExpireBatch(batch_id=BATCH), status) is None
    assert reason(NotifyBatch(batch_id=BATCH, email="parent@example.org"), status) is None
