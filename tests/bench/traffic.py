"""What workers publish for batches that go well: 5 sheets each, 4 swims found in a sheet, 21 events a batch."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from schema import identity
from schema.cloudevents import Fact
from schema.commands import UrlSource
from schema.events import BatchEvent, BatchSubmitted, Job, JobCompleted, JobStageEntered
from schema.extraction import ExtractionResult, SwimEntry
from schema.states import Stage
from services.runtime.clock import new_id, now

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

SHEETS = 5
SWIMS = 4
STAGES = (Stage.DOWNLOADING, Stage.EXTRACTING, Stage.CACHING)
EVENTS_A_BATCH = 1 + SHEETS * (len(STAGES) + 1)
AT_ONCE = 50


def facts(batches: int, seed: int = 7) -> list[Fact]:
    """The events of so many batches, `AT_ONCE` of them under way at a time, interleaved."""
    chance, said = random.Random(seed), list[Fact]()  # noqa: S311 - an order, no secret
    waiting = [_batch(chance) for _ in range(batches)]
    while waiting:
        story = chance.choice(waiting[:AT_ONCE])
        if (fact := next(story, None)) is None:
            waiting.remove(story)
        else:
            said.append(fact)
    return said


def _batch(chance: random.Random) -> Iterator[Fact]:
    batch = new_id()
    jobs = [
        Job(job_id=identity.job_id(batch, n), sequence=n, source=UrlSource(url=f"https://meets.example/{n}.pdf"))
        for n in range(1, SHEETS + 1)
    ]
    yield _fact(batch, BatchSubmitted(swimmer_name="Maya Lindqvist", jobs=tuple(jobs)))
    stories = [_job(job, chance) for job in jobs]
    while stories:
        story = chance.choice(stories)
        if (event := next(story, None)) is None:
            stories.remove(story)
        else:
            yield _fact(batch, event)


def _job(job: Job, chance: random.Random) -> Iterator[BatchEvent]:
    for stage in STAGES:
        yield JobStageEntered(job_id=job.job_id, attempt=1, stage=stage, message="Reading the sheet")
    swims = tuple(
        SwimEntry(event_number=str(n), event_name="Girls 11-12 100 Free", heat_number=n, lane=4, seed_time="1:12.34")
        for n in range(1, SWIMS + 1)
    )
    yield JobCompleted(
        job_id=job.job_id,
        attempt=1,
        file_checksum=f"{chance.getrandbits(128):032x}",
        file_size_bytes=250_000,
        cached=False,
        result_code=identity.result_code(job.job_id),
        swimmer_name_normalized="lindqvist maya",
        extraction=ExtractionResult(meet_name="Summer Open", swimmer_name="Maya Lindqvist", events=swims),
    )


def _fact(batch: UUID, event: BatchEvent) -> Fact:
    return Fact(new_id(), batch, now(), "heatstream/worker", event)
