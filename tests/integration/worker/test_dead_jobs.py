"""The reader of heatstream.jobs.dead: what died ends its job, what nobody can read waits for people."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

import pytest

from schema.commands import ProcessJob
from schema.events import JobFailed
from schema.identity import job_id
from schema.states import ErrorCode
from services.runtime.clock import new_id
from services.runtime.consumer import Consumer
from services.runtime.database import Database
from services.runtime.event_publisher import EventPublisher
from services.runtime.link import Link
from services.runtime.publisher import Publisher
from services.runtime.topology import JOBS_DEAD, JOBS_UNREADABLE, Arguments, topology
from services.worker.dead_jobs import DeadJobs
from services.worker.records import Records
from tests.integration.post import PATIENCE_SECONDS, Post
from tests.integration.worker.recorded import LINK, record_job
from tests.integration.worker.rig import Rig

if TYPE_CHECKING:
    from services.worker.settings import WorkerSettings

#: A queue as heatstream.jobs, but for its small limit.
SMALL = "test.jobs"
BUG = {"x-reason": "bug", "x-sentence": "ZeroDivisionError", "x-origin-queue": "heatstream.jobs"}


@pytest.fixture
async def post(rig: Rig) -> AsyncIterator[Post]:
    wanted: Arguments = {
        "x-queue-type": "quorum",
        "x-dead-letter-exchange": "",
        "x-dead-letter-routing-key": JOBS_DEAD,
        "x-dead-letter-strategy": "at-least-once",
        "x-overflow": "reject-publish",
        "x-delivery-limit": 2,
    }
    queue = await rig.channel.declare_queue(SMALL, durable=True, arguments={**wanted})
    yield Post(rig.channel)
    await queue.delete(if_unused=False, if_empty=False)


@pytest.fixture
async def reader(settings: WorkerSettings, rig: Rig) -> AsyncIterator[Link]:  # noqa: ARG001 - which listens before it
    url, wanted = settings.amqp_url.get_secret_value(), topology(1, 35)
    async with (
        Database(settings.database_url.get_secret_value(), name="test") as database,
        Publisher(url, "test", wanted) as publisher,
        EventPublisher(publisher, 1) as events,
    ):
        handler = DeadJobs(events=events, records=Records(database))
        consumer = Consumer(JOBS_DEAD, JOBS_UNREADABLE, handler, topology=wanted, prefetch=4, drain_seconds=2)
        async with Link(url, "test-dead-jobs", consumer.session) as link:
            yield link


def job(**changes: Any) -> dict[str, Any]:  # noqa: ANN401 - of many types
    batch_id = new_id()
    return {
        "batch_id": str(batch_id),
        "job_id": str(job_id(batch_id, 1)),
        "sequence": 1,
        "attempt": 1,
        "swimmer_name": "Nora Quill",
        "source": LINK,
        **changes,
    }


async def die_of_deliveries(post: Post) -> None:
    """What kills its reader three times, as the broker sees it."""
    queue = await post.channel.get_queue(SMALL)
    for _ in range(3):
        await post.holds(SMALL, 1)
        message = await queue.get()
        assert message is not None
        await message.nack(requeue=True)


@pytest.mark.usefixtures("reader")
async def test_a_sheet_that_kills_its_worker_fails_its_job(post: Post, rig: Rig) -> None:
    message = job(attempt=2)
    await post.put(SMALL, message, type="job.process", message_id="m-1", correlation_id="c-1")
    await die_of_deliveries(post)
    (fact,) = await rig.until(lambda facts: len(facts) == 1)
    event = fact.event
    assert isinstance(event, JobFailed)
    assert (str(event.job_id), event.attempt) == (message["job_id"], 2)
    assert (event.error_code, event.retriable) == (ErrorCode.EXTRACTION_LIMIT, False)
    assert (str(fact.batch_id), fact.correlation_id, fact.causation_id) == (message["batch_id"], "c-1", "m-1")
    await post.holds(JOBS_DEAD, 0)


@pytest.mark.usefixtures("reader")
async def test_a_mistake_of_ours_fails_the_job_so_that_a_person_may_ask_again(post: Post, rig: Rig) -> None:
    await post.put(JOBS_DEAD, job(), type="job.process", headers=BUG)
    (fact,) = await rig.until(lambda facts: len(facts) == 1)
    assert isinstance(fact.event, JobFailed)
    assert (fact.event.error_code, fact.event.retriable) == (ErrorCode.UNKNOWN, True)
    assert "ZeroDivisionError" not in fact.event.error_message


@pytest.mark.usefixtures("reader")
@pytest.mark.parametrize(
    ("message", "reason"),
    [(b"{", "not_json"), (job(attempt=0), "bad_fields"), (job(job_id=str(new_id())), "bad_fields")],
)
async def test_what_cannot_be_read_waits_for_people_with_its_reason(
    post: Post, rig: Rig, message: object, reason: str
) -> None:
    await post.put(JOBS_DEAD, message, type="job.process", message_id="m-1", headers=BUG)
    (letter,) = await post.taken(JOBS_UNREADABLE, 1)
    assert (letter.message_id, letter.headers["x-reason"], letter.headers["x-origin-queue"]) == (
        "m-1",
        reason,
        JOBS_DEAD,
    )
    await post.holds(JOBS_DEAD, 0)
    assert rig.facts == []


async def test_what_is_recorded_as_over_is_not_told_again(
    post: Post, rig: Rig, reader: Link, database_url: str
) -> None:
    over, other = job(), job()
    await record_job(database_url, over, "completed", attempt=1)
    await reader.wait_up(PATIENCE_SECONDS)
    await post.put(JOBS_DEAD, over, type="job.process", headers=BUG)
    await post.put(JOBS_DEAD, other, type="job.process", headers=BUG)
    (fact,) = await rig.until(lambda facts: len(facts) == 1)
    assert str(fact.batch_id) == other["batch_id"]
    await post.holds(JOBS_DEAD, 0)
    assert len(rig.facts) == 1
    assert ProcessJob.model_validate(over).batch_id != fact.batch_id
