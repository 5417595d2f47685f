"""The janitor of a worker, with all of its chores."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from schema.errors import Transient
from services.runtime.clock import new_id
from services.runtime.topology import EVENTS, JOBS, events_queue
from services.worker.janitor.chores import keeping_house
from services.worker.worker import working
from tests.integration.worker.janitor.house import House, of_a_file, silent, told, waits
from tests.integration.worker.rig import PDF, Rig, checksum_of

if TYPE_CHECKING:
    from services.worker.settings import WorkerSettings
    from tests.integration.projector.rig import Rig as Said


async def test_a_job_that_was_lost_is_done_after_all(
    said: Said, house: House, rig: Rig, settings: WorkerSettings, database_url: str
) -> None:
    batch, mailed = new_id(), asyncio.Event()
    await rig.upload(PDF)
    await told(said, batch, of_a_file(batch, checksum_of(PDF)))
    await silent(database_url)

    async def mails() -> None:
        mailed.set()

    kept = keeping_house(
        settings,
        database=house.database,
        events=house.events,
        dispatch=house.dispatch,
        blobs=rig.blobs,
        reader_version="stub-1",
        sweeps={"mails": mails},
        called=asyncio.Event(),
    )
    async with working(settings, rig.reader), kept as janitor:
        done = await janitor.round()
        await rig.until_over(batch)
        await said.until("SELECT status FROM processing_batches", "completed")
    assert done is not None
    assert (done.failed, set(done.done)) == ((), {"lost_jobs", "expired", "orphans", "mails"})
    assert mailed.is_set()


async def test_depths_are_told_also_after_a_queue_that_is_missing(house: House, rig: Rig) -> None:
    await rig.send({}, EVENTS, "0")
    await waits(rig, events_queue(0))
    with pytest.raises(Transient):
        await house.depths.waiting("heatstream.nowhere")
    assert await house.depths.waiting(JOBS, events_queue(0)) == 1
