from __future__ import annotations

from typing import TYPE_CHECKING

from services.runtime.clock import new_id
from services.runtime.topology import COMMANDS
from tests.integration.worker.janitor.house import House, aged, folder, of_a_file, stored, swept, told, waits
from tests.integration.worker.rig import PDF, Rig, checksum_of

if TYPE_CHECKING:
    from services.worker.settings import WorkerSettings
    from tests.integration.projector.rig import Rig as Said


async def test_bytes_go_that_no_batch_refers_to_and_no_others(
    said: Said, house: House, rig: Rig, settings: WorkerSettings
) -> None:
    batch, alive = new_id(), checksum_of(PDF)
    await told(said, batch, of_a_file(batch, alive))
    for pdf in (PDF, PDF + b"of nobody"):
        await rig.upload(pdf)
        for version in ("stub-0", "stub-1"):
            await rig.blobs.keep_reading(checksum_of(pdf), version, b"{}")
    for abandoned in (str(new_id()), f"{new_id()}#1"):
        (folder(settings) / "incoming" / abandoned).write_bytes(PDF)
    (folder(settings) / "pdfs" / "operators-note.txt").write_text("not ours")
    everything, orphans = stored(settings), house.orphans(rig)
    assert await swept(orphans) == 0
    assert stored(settings) == everything, "all of it is young"
    aged(settings)

    assert await swept(orphans) == 6
    assert stored(settings) == [f"pdfs/{alive}", "pdfs/operators-note.txt", f"readings/stub-1/{alive}.json"]


async def test_a_sheet_that_is_uploaded_again_or_named_meanwhile_stays(
    said: Said, house: House, rig: Rig, settings: WorkerSettings
) -> None:
    batch, again, named = new_id(), PDF + b"again", PDF + b"named"
    for pdf in (again, named):
        await rig.upload(pdf)
    aged(settings)
    orphans = house.orphans(rig)
    assert await orphans.sweep() == 0, "the first look deletes nothing"
    await rig.upload(again)
    await told(said, batch, of_a_file(batch, checksum_of(named)))

    assert await swept(orphans) == 0
    assert stored(settings) == sorted(f"pdfs/{checksum_of(pdf)}" for pdf in (again, named))


async def test_the_second_look_is_some_time_after_the_first(house: House, rig: Rig, settings: WorkerSettings) -> None:
    await rig.upload(PDF)
    aged(settings)
    assert await swept(house.orphans(rig, look_again_seconds=3600)) == 0
    assert stored(settings) == [f"pdfs/{checksum_of(PDF)}"]


async def test_no_bytes_go_while_a_command_waits_that_may_name_them(
    house: House, rig: Rig, settings: WorkerSettings
) -> None:
    source = await rig.upload(PDF)
    aged(settings)
    orphans = house.orphans(rig)
    assert await orphans.sweep() == 0
    await rig.submit(source)
    await waits(rig, COMMANDS)
    assert await swept(orphans) == 0
    await (await rig.channel.get_queue(COMMANDS)).purge()
    assert await swept(orphans) == 1
