"""Exactly once and in order, through the real broker and the real database."""

from __future__ import annotations

import asyncio

import orjson
import pytest

from schema.cloudevents import Fact
from schema.events import BatchCancelled, BatchExpired, BatchNotificationRequested
from services.projector import chain, projection
from services.projector.record import Arrival, Folded, record
from services.projector.store import Store
from services.runtime.clock import new_id, now
from services.runtime.database import Database, Listener
from tests.integration.line import Line
from tests.integration.projector.rig import PATIENCE_SECONDS, Rig, projecting, stage_with_upload, whole_batch
from tests.unit.projector import story

STATUS = "SELECT status FROM processing_batches"


async def test_a_batch_becomes_rows(rig: Rig) -> None:
    batch = new_id()
    async with projecting(rig.amqp_url, rig.database_url):
        await rig.say(batch, *whole_batch(batch, 3))
        await rig.until(
            "SELECT status, completed_pdfs, failed_pdfs, total_pdfs, last_event_id FROM processing_batches",
            ("completed", 3, 0, 3, 12),
        )
    assert await rig.rows("SELECT DISTINCT status, stage FROM batch_jobs") == [("completed", "done")]
    assert await rig.rows("SELECT checksum FROM pdf_files") == [story.CHECKSUM]
    assert await rig.rows("SELECT swimmer_name_display, swimmer_name_normalized FROM extraction_results") == [
        ("Maya Lindqvist", "lindqvist maya")
    ]
    assert await rig.rows("SELECT timeline FROM extraction_results") == ['[{"start": "09:30", "event_number": "12"}]']
    assert len(await rig.rows("SELECT short_code FROM result_links")) == 3
    assert await rig.rows("SELECT type FROM batch_events ORDER BY event_id LIMIT 3") == [
        "batch.submitted",
        "job.stage_entered",
        "batch.started",
    ]
    await rig.dense()


async def test_a_batch_that_is_over_is_soon_forgotten_and_goes_on_from_the_tables(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(projection, "CACHED_OVER", 0)
    batches = [new_id() for _ in range(3)]
    async with projecting(rig.amqp_url, rig.database_url):
        for batch in batches:  # what follows comes at once, perhaps before the end of its batch is written
            await rig.say(batch, *whole_batch(batch, 3), BatchNotificationRequested(email="parent@home.example"))
        await rig.until("SELECT count(*)::int FROM processing_batches WHERE notification_email IS NOT NULL", 3)
    assert await rig.rows("SELECT DISTINCT status, completed_pdfs FROM processing_batches") == [("completed", 3)]
    assert await rig.rows("SELECT reason FROM set_aside_events") == []
    await rig.dense()


async def test_a_crash_between_commit_and_acknowledgement_repeats_work_and_changes_nothing(rig: Rig) -> None:
    batch, crashed = new_id(), asyncio.Event()

    def crash(_: Folded) -> None:
        crashed.set()
        raise RuntimeError("the process dies here")

    await rig.say(batch, *whole_batch(batch, 2))
    async with projecting(rig.amqp_url, rig.database_url, crash):
        await asyncio.wait_for(crashed.wait(), PATIENCE_SECONDS)
    before = await rig.rows("SELECT event_id, message_id, type FROM batch_events ORDER BY 1")
    async with projecting(rig.amqp_url, rig.database_url):
        await rig.until(STATUS, "completed")
        await rig.until("SELECT DISTINCT reason FROM set_aside_events", "stale")
    after = await rig.rows("SELECT event_id, message_id, type FROM batch_events ORDER BY 1")
    assert after[: len(before)] == before
    await rig.dense()


async def test_a_second_instance_stands_by_and_takes_over_in_order(rig: Rig, amqp_url: str) -> None:
    batches = [new_id() for _ in range(20)]
    async with (
        Line(amqp_url).laid() as line,
        projecting(line.url, rig.database_url),
        projecting(rig.amqp_url, rig.database_url) as standby,
    ):
        assert standby.up
        saying = asyncio.gather(*(rig.say(batch, *whole_batch(batch, 3)) for batch in batches))
        await rig.until("SELECT DISTINCT event_id FROM batch_events WHERE event_id = 1", 1)
        line.cut()
        await saying
        await rig.until("SELECT status, count(*)::int FROM processing_batches GROUP BY 1", ("completed", 20))
    assert await rig.rows("SELECT count(*)::int FROM batch_events") == [20 * 12]
    await rig.dense()


async def test_a_cut_line_to_the_database_loses_nothing(rig: Rig, database_url: str) -> None:
    batches = [new_id() for _ in range(10)]
    async with Line(database_url).laid() as line, projecting(rig.amqp_url, line.url):
        await rig.say(batches[0], *whole_batch(batches[0], 2))
        await rig.until(STATUS, "completed")
        line.cut()
        await asyncio.gather(*(rig.say(batch, *whole_batch(batch, 2)) for batch in batches[1:]))
        line.mend()
        await rig.until("SELECT status, count(*)::int FROM processing_batches GROUP BY 1", ("completed", 10))
    await rig.dense()


async def test_a_stop_does_not_wait_for_a_database_that_is_away(rig: Rig, database_url: str) -> None:
    batch = new_id()
    async with (
        Line(database_url).laid() as line,
        asyncio.timeout(PATIENCE_SECONDS),
        projecting(rig.amqp_url, line.url),
    ):
        line.cut()
        await rig.say(batch, *whole_batch(batch, 2))
    async with projecting(rig.amqp_url, rig.database_url):
        await rig.until(STATUS, "completed")
    await rig.dense()


async def test_what_cannot_become_a_fact_is_kept_with_its_reason_and_the_next_one_passes(rig: Rig) -> None:
    batch = new_id()
    async with projecting(rig.amqp_url, rig.database_url):
        facts = await rig.say(batch, *whole_batch(batch, 1))
        good = facts[0].to_cloudevent()
        for body in (b"\xff not JSON", b"{}", b"[]"):
            await rig.send(body)
        odd = [
            {**good, "type": "batch.exploded"},
            {**good, "dataschema": good["dataschema"].replace(":1", ":9")},
            {**good, "data": {}},
            7,
        ]
        await rig.send(orjson.dumps(odd))
        late = new_id()
        await rig.say(late, BatchCancelled())
        await rig.say(batch, BatchNotificationRequested(email="parent@example.org"))
        await rig.until("SELECT notification_email FROM processing_batches", "parent@example.org")
    assert sorted(await rig.rows("SELECT reason FROM set_aside_events")) == [
        "bad_data",
        "bad_envelope",
        "future_version",
        "not_a_batch",
        "not_a_batch",
        "not_json",
        "unknown_batch",
        "unknown_type",
    ]
    assert await rig.rows("SELECT body FROM set_aside_events WHERE reason = 'not_json'") == [b"\xff not JSON"]
    await rig.dense()


async def test_the_same_bytes_again_only_raise_the_count(rig: Rig) -> None:
    async with projecting(rig.amqp_url, rig.database_url):
        for _ in range(3):
            await rig.send(b"not JSON")
        await rig.until("SELECT reason, times FROM set_aside_events", ("not_json", 3))


async def test_another_event_with_a_known_message_id_is_set_aside_and_stops_nobody(rig: Rig) -> None:
    batch, other = new_id(), new_id()
    async with projecting(rig.amqp_url, rig.database_url):
        facts = await rig.say(batch, *whole_batch(batch, 1))
        await rig.until(STATUS, "completed")
        double = facts[0]._replace(batch_id=other, event=story.submitted(1, other)).to_cloudevent()
        await rig.send(orjson.dumps([double]))
        await rig.until("SELECT reason FROM set_aside_events", "known_message")
    assert await rig.rows("SELECT count(*)::int FROM processing_batches") == [1]


async def test_another_writer_is_noticed_and_the_micro_batch_folded_again(rig: Rig) -> None:
    batch = new_id()
    events = whole_batch(batch, 2)
    async with projecting(rig.amqp_url, rig.database_url):
        await rig.say(batch, *events[:3])
        await rig.until("SELECT last_event_id FROM processing_batches", 4)
        # A zombie instance, resumed, writes while ours holds the batch in its cache.
        async with Database(rig.database_url, name="zombie") as database:
            zombie = Store(database)
            before = await zombie.load([batch])
            cancelled = Arrival(Fact(new_id(), batch, now(), "zombie", BatchCancelled()), "")
            await zombie.write("heatstream.events.0", before, record(before, [cancelled], lambda: b"0123456789abcdef"))
        await rig.say(batch, *events[3:])
        await rig.until("SELECT DISTINCT reason FROM set_aside_events", "stale")
    assert await rig.rows(STATUS) == ["cancelled"]
    await rig.dense()


async def test_an_expired_batch_is_erased_and_its_chain_still_holds(rig: Rig) -> None:
    batch = new_id()
    async with projecting(rig.amqp_url, rig.database_url):
        facts = await rig.say(batch, *whole_batch(batch, 2))
        await rig.say(batch, facts[0].event, BatchExpired())
        await rig.until("SELECT count(*)::int FROM processing_batches", 0)
        await rig.repeat(facts[:1])
        await rig.until("SELECT sum(times)::int FROM set_aside_events", 2)
    for table in ("batch_jobs", "extraction_results", "pdf_files", "result_links"):
        assert await rig.rows(f"SELECT count(*)::int FROM {table}") == [0]  # noqa: S608 - the names above
    assert await rig.rows("SELECT DISTINCT data IS NULL AND salt IS NULL FROM batch_events") == [True]
    log = await rig.rows("SELECT type, version, occurred_at, commitment, digest FROM batch_events ORDER BY event_id")
    assert log[-1][0] == "batch.expired"
    previous = chain.origin(batch)
    for *said, digest in log:
        previous = chain.link(previous, *said)
        assert previous == digest


@pytest.mark.parametrize("order", [(24, 48), (48, 24)])
async def test_of_two_uploads_to_an_ai_the_one_that_lasts_longest_is_kept(rig: Rig, order: tuple[int, int]) -> None:
    first, second = new_id(), new_id()
    kept = "SELECT openai_file_id, openai_file_expires_at, file_size_bytes FROM pdf_files"
    async with projecting(rig.amqp_url, rig.database_url):
        for batch, hours in zip((first, second), order, strict=True):
            uploaded = stage_with_upload(batch, story.uploaded(hours))
            await rig.say(batch, story.submitted(1, batch), uploaded, story.completed(1, batch=batch))
        await rig.until("SELECT count(*)::int FROM processing_batches WHERE status = 'completed'", 2)
        assert await rig.rows(kept) == [("file-48", story.uploaded(48).expires_at, 1000)]


async def test_what_a_failed_job_uploaded_to_an_ai_is_forgotten_with_its_last_batch(rig: Rig) -> None:
    first, second = new_id(), new_id()
    async with projecting(rig.amqp_url, rig.database_url):
        for batch in (first, second):
            await rig.say(batch, story.submitted(1, batch), stage_with_upload(batch, story.uploaded(24)))
        await rig.say(first, BatchExpired())
        await rig.until("SELECT count(*)::int FROM processing_batches", 1)
        assert await rig.rows("SELECT openai_file_id FROM pdf_files") == ["file-24"]
        await rig.say(second, BatchExpired())
        await rig.until("SELECT count(*)::int FROM processing_batches", 0)
        assert await rig.rows("SELECT openai_file_id FROM pdf_files") == []


async def test_each_commit_wakes_the_listeners_with_the_touched_batches(rig: Rig) -> None:
    batch, heard = new_id(), asyncio.Event()
    connected = asyncio.Event()

    def wake(ids: frozenset[str]) -> None:
        (heard if str(batch) in ids else connected).set()

    async with Listener(rig.database_url, name="test", wake=wake), projecting(rig.amqp_url, rig.database_url):
        await asyncio.wait_for(connected.wait(), PATIENCE_SECONDS)
        await rig.say(batch, *whole_batch(batch, 1))
        await asyncio.wait_for(heard.wait(), PATIENCE_SECONDS)


@pytest.mark.parametrize("partial", [1, 5])
async def test_a_stop_gives_back_what_was_not_written(rig: Rig, partial: int) -> None:
    batches = [new_id() for _ in range(partial)]
    for _ in range(3):
        async with projecting(rig.amqp_url, rig.database_url):
            pass
    await asyncio.gather(*(rig.say(batch, *whole_batch(batch, 2)) for batch in batches))
    async with projecting(rig.amqp_url, rig.database_url):
        await rig.until("SELECT status, count(*)::int FROM processing_batches GROUP BY 1", ("completed", partial))
    await rig.dense()
