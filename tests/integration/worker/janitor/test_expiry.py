from __future__ import annotations

from typing import TYPE_CHECKING

from services.runtime.clock import new_id
from services.runtime.topology import events_queue
from tests.conftest import execute
from tests.integration.projector.rig import projecting, rigged
from tests.integration.worker.janitor.house import House, aged, of_a_file, stored, swept, told, waits
from tests.integration.worker.rig import PDF, Rig, checksum_of
from tests.unit.projector import story

if TYPE_CHECKING:
    from services.worker.settings import WorkerSettings
    from tests.integration.projector.rig import Rig as Said

LOG = "SELECT type, data, salt, digest FROM batch_events WHERE batch_id = $1 ORDER BY event_id"
COUNT = "SELECT count(*)::int FROM {}"
OTHER = PDF + b"of another"


async def test_a_batch_whose_time_is_over_is_forgotten_with_its_bytes(
    said: Said, house: House, rig: Rig, settings: WorkerSettings, database_url: str
) -> None:
    over, living = new_id(), new_id()
    for batch, pdf in ((over, PDF), (living, OTHER)):
        checksum = checksum_of(pdf)
        await rig.upload(pdf)
        await rig.blobs.keep_reading(checksum, "stub-1", b"{}")
        await told(said, batch, of_a_file(batch, checksum), story.completed(1, batch=batch, checksum=checksum))
    assert await house.expiry().sweep() == 0, "neither is old enough"
    await execute(database_url, f"UPDATE processing_batches SET expires_at = now() WHERE id = '{over}'")  # noqa: S608 - ours

    assert await house.expiry().sweep() == 1

    await said.until("SELECT id FROM processing_batches", living)
    for table in ("batch_jobs", "extraction_results", "pdf_files", "result_links"):
        assert await said.rows(COUNT.format(table)) == [1]
    log = await said.rows(
        "SELECT type, data, salt, digest FROM batch_events WHERE batch_id = $1 ORDER BY event_id", over
    )
    assert [log[0][0], log[-1][0]] == ["batch.submitted", "batch.expired"]
    assert {(data, salt) for _, data, salt, _ in log} == {(None, None)}
    assert len({digest for *_, digest in log}) == len(log), "the chain remains"
    assert await house.expiry().sweep() == 0

    orphans = house.orphans(rig)
    assert await swept(orphans) == 0, "the day of grace is not over"
    aged(settings)
    assert await swept(orphans) == 2
    assert stored(settings) == [f"pdfs/{checksum_of(OTHER)}", f"readings/stub-1/{checksum_of(OTHER)}.json"]


async def test_an_expiry_that_nobody_has_read_is_not_told_again(
    amqp_url: str, database_url: str, house: House, rig: Rig
) -> None:
    batch = new_id()

    async def taken_and_not_recorded() -> int:
        return 0

    async with rigged(amqp_url, database_url) as said:
        async with projecting(amqp_url, database_url):
            await told(said, batch, story.submitted(1, batch))
        await execute(database_url, "UPDATE processing_batches SET expires_at = now()")

        remembering = house.expiry(taken_and_not_recorded)
        assert [await remembering.sweep() for _ in range(3)] == [1, 0, 0]
        await waits(rig, events_queue(0))
        assert await house.expiry().sweep() == 0, "a new janitor sees that it waits"

        async with projecting(amqp_url, database_url):
            await said.until(COUNT.format("processing_batches"), 0)
        assert await said.rows(COUNT.format("set_aside_events")) == [0]
