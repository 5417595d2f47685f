from __future__ import annotations

import asyncio
from uuid import uuid4

import pytest

from services.worker.running import Running, Stopped

BATCH, OTHER = uuid4(), uuid4()


async def test_a_stop_ends_every_job_of_its_batch_and_no_other() -> None:
    running, ended = Running(), list[str]()
    started, over = asyncio.Barrier(4), asyncio.Event()

    async def work(batch: object, name: str) -> None:
        try:
            async with running.job(batch):  # type: ignore[arg-type]  # two ids of this test
                await started.wait()
                await over.wait()
        except Stopped:
            ended.append(name)

    jobs = [asyncio.create_task(work(batch, name)) for batch, name in ((BATCH, "a"), (BATCH, "b"), (OTHER, "c"))]
    await started.wait()
    running.stop(BATCH)
    running.stop(BATCH)
    await asyncio.gather(*jobs[:2])
    over.set()
    await jobs[2]
    assert sorted(ended) == ["a", "b"]


async def test_a_job_of_a_stopped_batch_does_not_begin() -> None:
    running = Running()
    running.stop(BATCH)
    with pytest.raises(Stopped):
        async with running.job(BATCH):
            pytest.fail("it began")


async def test_a_time_out_of_the_work_itself_is_no_stop() -> None:
    with pytest.raises(TimeoutError):
        async with Running().job(BATCH):
            raise TimeoutError


async def test_what_a_shutdown_cancels_is_cancelled() -> None:
    running, started = Running(), asyncio.Event()

    async def work() -> None:
        async with running.job(BATCH):
            started.set()
            await asyncio.Event().wait()

    job = asyncio.create_task(work())
    await started.wait()
    job.cancel()
    with pytest.raises(asyncio.CancelledError):
        await job
