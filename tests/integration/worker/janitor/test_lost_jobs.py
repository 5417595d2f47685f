from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from schema.commands import ProcessJob
from schema.events import BatchCancelled, BatchRetryRequested, RetriedJob
from schema.identity import job_id
from services.runtime.clock import new_id
from services.runtime.topology import JOBS, events_queue, retry_queue
from tests.integration.projector.rig import projecting, rigged
from tests.integration.worker.janitor.house import House, past_the_trigger, silent, told, waits
from tests.integration.worker.rig import Rig
from tests.unit.projector import story

if TYPE_CHECKING:
    from tests.integration.projector.rig import Rig as Said


async def sent(rig: Rig) -> list[ProcessJob]:
    """The job messages that wait, by their place in their batch; they are taken."""
    queue = await rig.channel.get_queue(JOBS)
    found = []
    while (message := await queue.get(no_ack=True, fail=False)) is not None:
        found.append(ProcessJob.model_validate_json(message.body))
    return sorted(found, key=lambda job: job.sequence)


async def test_jobs_of_a_silent_batch_are_sent_again_once(
    said: Said, house: House, rig: Rig, database_url: str
) -> None:
    batch, chore = new_id(), house.lost_jobs(JOBS)
    submit = story.submitted(3, batch)
    await told(said, batch, submit, story.completed(2, batch=batch))
    assert await chore.sweep() == 0, "it was heard of just now"
    await silent(database_url)

    assert await chore.sweep() == 2
    jobs = await sent(rig)
    assert [(job.job_id, job.attempt, job.first_attempt) for job in jobs] == [
        (job_id(batch, 1), 1, None),
        (job_id(batch, 3), 1, None),
    ]
    assert [job.source for job in jobs] == [submit.jobs[0].source, submit.jobs[2].source]
    assert {job.swimmer_name for job in jobs} == {submit.swimmer_name}
    assert await chore.sweep() == 0
    assert await house.lost_jobs(JOBS).sweep() == 2, "another janitor knows nothing of it"


async def test_an_attempt_is_sent_again_as_the_attempt_that_it_was(
    said: Said, house: House, rig: Rig, database_url: str
) -> None:
    by_itself, by_hand = new_id(), new_id()
    retry = story.retry(1).model_copy(update={"job_id": job_id(by_itself, 1)})
    failed, again = (
        event.model_copy(update={"job_id": job_id(by_hand, 1)}) for event in (story.failed(1), story.retry(1, 2))
    )
    asked = BatchRetryRequested(jobs=(RetriedJob(job_id=job_id(by_hand, 1), attempt=2),))
    await told(said, by_itself, story.submitted(1, by_itself), retry)
    await told(said, by_hand, story.submitted(1, by_hand), failed, asked, again)
    await silent(database_url)

    assert await house.lost_jobs(JOBS).sweep() == 2
    found = {job.batch_id: (job.attempt, job.first_attempt) for job in await sent(rig)}
    assert found == {by_itself: (2, None), by_hand: (3, 2)}


async def test_what_is_over_is_not_sent_again(said: Said, house: House, rig: Rig, database_url: str) -> None:
    done, cancelled = new_id(), new_id()
    await told(said, done, story.submitted(1, done), story.completed(1, batch=done))
    await told(said, cancelled, story.submitted(1, cancelled), BatchCancelled())
    await silent(database_url)

    assert await house.lost_jobs(JOBS).sweep() == 0
    assert await sent(rig) == []


@pytest.mark.parametrize("queue", [JOBS, retry_queue(64), events_queue(0)])
async def test_no_job_is_lost_while_messages_wait(
    amqp_url: str, database_url: str, house: House, rig: Rig, queue: str
) -> None:
    batch, chore = new_id(), house.lost_jobs(JOBS, retry_queue(64), events_queue(0))
    async with rigged(amqp_url, database_url) as said, projecting(amqp_url, database_url):
        await told(said, batch, story.submitted(1, batch))
    await silent(database_url)
    await rig.send({}, "", queue)
    await waits(rig, queue)
    assert await chore.sweep() == 0
    await (await rig.channel.get_queue(queue)).purge()
    assert await chore.sweep() == 1


async def test_a_log_that_cannot_be_read_does_not_stop_the_others(
    said: Said, house: House, rig: Rig, database_url: str
) -> None:
    broken, sound = new_id(), new_id()
    for batch in (broken, sound):
        await told(said, batch, story.submitted(1, batch))
    await silent(database_url)
    await past_the_trigger(database_url, f"UPDATE batch_events SET data = '{{}}' WHERE batch_id = '{broken}'")  # noqa: S608 - ours

    assert await house.lost_jobs(JOBS).sweep() == 1
    assert [job.batch_id for job in await sent(rig)] == [sound]
