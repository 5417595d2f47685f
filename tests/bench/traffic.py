"""What workers publish for batches that go well, in two mixes.

`usual` is what people hand in: 15 sheets a batch, four stage events a job. `short` is heavier: 5 sheets, three stage
events, so that a quarter of its events carry a result and touch six tables.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

import orjson

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

SWIMS = 4
#: So many batches are under way at a time, interleaved.
LIVE_BATCHES = 50


@dataclass(frozen=True, slots=True)
class Mix:
    name: str
    sheets: int
    stages: tuple[Stage, ...]

    @property
    def events_a_batch(self) -> int:
        return 1 + self.sheets * (len(self.stages) + 1)


USUAL = Mix("usual", 15, (Stage.DOWNLOADING, Stage.EXTRACTING, Stage.EXTRACTING, Stage.CACHING))
SHORT = Mix("short", 5, (Stage.DOWNLOADING, Stage.EXTRACTING, Stage.CACHING))


def facts(mix: Mix) -> Iterator[Fact]:
    """Without an end: where one batch is over another begins."""
    chance = random.Random(7)  # noqa: S311 - an order, no secret
    live = [_batch(mix, chance) for _ in range(LIVE_BATCHES)]
    while True:
        at = chance.randrange(LIVE_BATCHES)
        if (fact := next(live[at], None)) is None:
            live[at] = _batch(mix, chance)
        else:
            yield fact


def messages(mix: Mix, events: int, events_a_message: int, partitions: int = 1) -> Iterator[tuple[int, bytes]]:
    """The partitions and bodies of so many events, as the publisher joins them."""
    loads: list[list[bytes]] = [[] for _ in range(partitions)]
    for fact in islice(facts(mix), events):
        partition = identity.partition_of(fact.batch_id, partitions)
        loads[partition].append(orjson.dumps(fact.to_cloudevent()))
        if len(loads[partition]) == events_a_message:
            yield partition, _joined(loads[partition])
            loads[partition] = []
    yield from ((partition, _joined(load)) for partition, load in enumerate(loads) if load)


def _joined(load: list[bytes]) -> bytes:
    return b"[" + b",".join(load) + b"]"


def _batch(mix: Mix, chance: random.Random) -> Iterator[Fact]:
    batch = new_id()
    jobs = [
        Job(job_id=identity.job_id(batch, n), sequence=n, source=UrlSource(url=f"https://meets.example/{n}.pdf"))
        for n in range(1, mix.sheets + 1)
    ]
    yield _fact(batch, BatchSubmitted(swimmer_name="Maya Lindqvist", jobs=tuple(jobs)))
    stories = [_job(job, mix, chance) for job in jobs]
    while stories:
        story = chance.choice(stories)
        if (event := next(story, None)) is None:
            stories.remove(story)
        else:
            yield _fact(batch, event)


def _job(job: Job, mix: Mix, chance: random.Random) -> Iterator[BatchEvent]:
    for step, stage in enumerate(mix.stages, start=1):
        yield JobStageEntered(job_id=job.job_id, attempt=1, stage=stage, step=step, message="Reading the sheet")
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
