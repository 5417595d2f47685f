from __future__ import annotations

from uuid import UUID

import pytest

from schema.commands import FileSource, ProcessJob, Source, UrlSource
from schema.events import BatchSubmitted, Job
from schema.identity import job_id
from schema.states import BatchStatus, JobStatus
from services.worker.records import Standing, Submit

BATCH = UUID("01920000-0000-7000-8000-000000000001")
LINK = UrlSource(url="https://example.com/sheet.pdf")
SUBMITTED = BatchSubmitted(swimmer_name="Nora Quill", jobs=(Job(job_id=job_id(BATCH, 1), sequence=1, source=LINK),))


def job(attempt: int = 1, swimmer: str = "Nora Quill", source: Source = LINK) -> ProcessJob:
    return ProcessJob(
        batch_id=BATCH, job_id=job_id(BATCH, 1), sequence=1, attempt=attempt, swimmer_name=swimmer, source=source
    )


def standing(status: JobStatus | None, attempt: int, batch: BatchStatus = BatchStatus.PROCESSING) -> Standing:
    return Standing(Submit(SUBMITTED), batch, status, attempt)


@pytest.mark.parametrize(
    ("status", "recorded", "attempt", "reason"),
    [
        (None, 1, 1, None),
        (JobStatus.PENDING, 1, 1, None),
        (JobStatus.PROCESSING, 1, 1, None),
        (JobStatus.PENDING, 2, 2, None),
        (JobStatus.PROCESSING, 1, 2, None),
        (JobStatus.FAILED, 1, 2, None),
        (JobStatus.FAILED, 1, 1, "attempt_over"),
        (JobStatus.PENDING, 2, 1, "newer_attempt"),
        (JobStatus.FAILED, 2, 1, "newer_attempt"),
        (JobStatus.COMPLETED, 1, 1, "job_over"),
        (JobStatus.COMPLETED, 1, 2, "job_over"),
        (JobStatus.CANCELLED, 1, 2, "job_over"),
    ],
)
def test_an_attempt_is_wanted_until_its_end_is_recorded(
    status: JobStatus | None, recorded: int, attempt: int, reason: str | None
) -> None:
    assert standing(status, recorded).why_not(job(attempt)) == reason


def test_nothing_is_done_for_a_cancelled_batch() -> None:
    assert standing(JobStatus.PENDING, 1, BatchStatus.CANCELLED).why_not(job()) == "batch_cancelled"


def test_nothing_is_done_for_an_expired_batch() -> None:
    assert Standing(Submit(None), None, None, 1).why_not(job()) == "batch_expired"


@pytest.mark.parametrize(
    "other",
    [
        job(swimmer="Ada Reed"),
        job(source=UrlSource(url="https://example.com/other.pdf")),
        job(source=FileSource(checksum="0" * 32, filename="sheet.pdf")),
    ],
)
def test_a_job_that_the_submit_does_not_name_is_not_of_the_batch(other: ProcessJob) -> None:
    assert standing(JobStatus.PENDING, 1).why_not(other) == "not_of_this_batch"


def test_a_submit_is_the_same_whoever_asks() -> None:
    again = SUBMITTED.model_copy(update={"client_ip": "192.0.2.1", "notification_email": "a@b.example"})
    assert Submit(SUBMITTED).same_as(again)
    assert not Submit(SUBMITTED).same_as(again.model_copy(update={"swimmer_name": "Ada Reed"}))
    assert not Submit(SUBMITTED).same_as(again.model_copy(update={"jobs": SUBMITTED.jobs * 2}))
    assert not Submit(None).same_as(SUBMITTED)
