"""What happened to a batch, what it was when, and why a job is what it is."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import pytest

from services.projector.audit.changes import between, state
from services.projector.audit.log import of_batch
from services.projector.audit.looking import looking
from services.projector.audit.story import Unknown, log_of, place, story, until
from services.projector.audit.why import batch_of, why
from tests.integration.projector.audit.book import REQUEST
from tests.unit.projector import story as made

if TYPE_CHECKING:
    from tests.integration.projector.audit.book import Book


async def test_a_story_tells_each_event_with_what_it_changed_and_why_it_follows(book: Book) -> None:
    with looking(book.url) as seen:
        told = list(story(log_of(seen, book.retried)))
    assert [one.row.event_id for one in told] == list(range(1, 11))
    assert [one.cause for one in told] == [None, None, 2, None, None, None, 6, None, None, 9]
    assert {one.row.correlation_id for one in told} == {REQUEST}
    changed = [{(change.job, change.column): (change.before, change.after) for change in one.changes} for one in told]
    assert changed[0][None, "status"] == (None, "pending")
    assert changed[2] == {
        (None, "status"): ("pending", "processing"),
        (None, "started_at"): (None, made.START + timedelta(seconds=2)),
    }
    assert (changed[3][1, "status"], changed[3][1, "retry_count"]) == (("downloading", "pending"), (0, 1))
    assert changed[6][None, "status"] == ("processing", "partial")
    assert changed[7][1, "error_code"] == ("NOT_FOUND", None)
    assert (None, "last_event_id") not in changed[9]


async def test_a_batch_is_told_as_it_was_at_an_event_or_a_time(book: Book) -> None:
    with looking(book.url) as seen:
        rows = log_of(seen, book.retried)
    assert place(until(rows, 0)) is None
    assert place(until(rows, rows[0].recorded_at - timedelta(seconds=1))) is None
    assert place(until(rows, rows[-1].recorded_at)) == place(rows)
    was = place(until(rows, 7))
    assert was is not None
    then = state(was)
    assert (then["batch"]["status"], then["batch"]["failed_pdfs"], then["batch"]["last_event_id"]) == ("partial", 1, 7)
    assert [(job["sequence"], job["status"]) for job in then["jobs"]] == [(1, "failed"), (2, "completed")]
    now = place(rows)
    assert now is not None
    later = {(change.job, change.column): (change.before, change.after) for change in between(was, now)}
    assert (later[None, "status"], later[1, "status"]) == (("partial", "completed"), ("failed", "completed"))
    assert not any(job == 2 for job, _ in later)
    with pytest.raises(Unknown, match="ends at event 10"):
        until(rows, 11)


async def test_of_an_erased_batch_only_the_skeleton_is_told(book: Book) -> None:
    with looking(book.url) as seen:
        rows = log_of(seen, book.erased)
        told = list(story(rows))
        with pytest.raises(Unknown, match="was erased at"):
            why(seen, book.erased, 1)
    assert {(one.untold, len(one.changes)) for one in told} == {("its data was erased", 0)}
    assert [one.row.type for one in told][::4] == ["batch.submitted", "batch.expired"]
    assert place(until(rows, 0)) is None
    with pytest.raises(Unknown, match="cannot be told"):
        place(rows)


async def test_why_a_job_is_what_it_is_goes_back_to_its_first_cause(book: Book) -> None:
    with looking(book.url) as seen:
        assert batch_of(seen, made.job_id(1, book.retried)) == (book.retried, 1)
        reasons = why(seen, book.retried, 1)
        stopped = why(seen, book.cancelled, 1)
        for batch_id, sequence in ((book.retried, 3), (UUID(int=3), 1)):
            with pytest.raises(Unknown):
                why(seen, batch_id, sequence)
        with pytest.raises(Unknown, match="BATCH:NUMBER"):
            batch_of(seen, UUID(int=3))
    said = [reason.sentence.split(" (said")[0] for reason in reasons.reasons]
    assert said == [
        "the batch was handed in, and job 1 of 2 was to read https://meets.example/1.pdf",
        "attempt 1 came to downloading: downloading",
        "attempt 1 failed with TIMEOUT (it took too long), and attempt 2 was to follow after 4 s",
        "attempt 2 failed with NOT_FOUND (there is no such file), and to ask for it again is of no use",
        "the job was asked for again, and attempt 3 was to begin",
        "attempt 3 ended with a result",
    ]
    assert reasons.reasons[2].sentence.endswith(
        f"(said by heatstream/worker, because of message message-3, for request {REQUEST})"
    )
    assert reasons.conclusion.startswith("so job 1 is completed at attempt 3, its result is ")
    assert stopped.reasons[-1].sentence.startswith("the batch was cancelled while the job was pending")


async def test_a_log_that_does_not_fold_is_told_as_far_as_it_does(book: Book) -> None:
    book.change("UPDATE batch_events SET data = '{}' WHERE batch_id = %s AND event_id = 4", book.retried)
    with looking(book.url) as seen:
        told = list(story(of_batch(seen, book.retried)))
        with pytest.raises(Unknown, match="event 4: it does not fold"):
            why(seen, book.retried, 1)
    assert [one.untold is None for one in told] == [True] * 3 + [False] * 7
    assert "no job.retry_scheduled of version 1 has such data" in (told[3].untold or "")
