"""The log replayed is the tables: whole ones, byte for byte, whatever was said, and while events keep arriving."""

from __future__ import annotations

import asyncio
import json
import os
import re
import sys
from typing import TYPE_CHECKING, Any
from uuid import UUID

import asyncpg
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from schema.errors import Rejected
from schema.events import BatchExpired, JobCompleted
from services.cli.app import app
from services.projector.replay.beside import TABLES, Until, beside
from services.projector.replay.compare import Comparison, Difference
from services.projector.replay.moved import catch_up
from services.projector.replay.replay import Report, Then, replay
from services.projector.store import Store
from services.runtime.clock import new_id, now
from services.runtime.database import Database
from services.runtime.queries import query
from tests.integration.projector import told
from tests.integration.projector.rig import PATIENCE_SECONDS, Rig, projecting, whole_batch
from tests.integration.schema.test_migrations import PICTURE
from tests.unit.projector import story

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

A_RANGE = 20


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[Store]:
    async with Database(database_url, name="test") as database:
        yield Store(database)


async def replayed(url: str, into: str | None = "again", then: Then = Then.KEEP, **asked: object) -> Report:
    """In this process, by small ranges."""
    asked = {"workers": 1, "events_a_range": A_RANGE, "anew": True, **asked}
    return await replay(url, into, lambda *_: None, then=then, **asked)  # type: ignore[arg-type]  # passed through


MADE_UP = settings(
    max_examples=int(os.environ.get("HEATSTREAM_EXAMPLES", "10")),
    derandomize=True,
    phases=[Phase.generate],  # shrinking takes minutes with a database in it
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@MADE_UP
@given(data=st.data())
async def test_whatever_was_said_the_replay_is_the_live_tables(
    data: st.DataObject, database_url: str, store: Store
) -> None:
    """Expired batches, whose files others have too, aside: see below."""
    await told.forget_all(database_url)
    facts = [fact for fact in data.draw(told.facts()) if not isinstance(fact.event, BatchExpired)]
    half = data.draw(st.integers(0, len(facts)))
    for part in (facts[:half], facts[half:]):
        await told.write(store, data.draw(told.cuts(part)), data.draw(st.integers(1, 3)))
    report = await replayed(database_url, then=Then.COMPARE)
    assert report.comparison is not None
    assert report.comparison.differences == []
    assert report.unchanged == 0
    first = await told.tables(database_url, "again")
    assert first == await told.tables(database_url)
    await replayed(database_url, "once_more", events_a_range=10 * A_RANGE)
    assert await told.tables(database_url, "once_more") == first


@MADE_UP
@given(data=st.data())
async def test_what_an_expired_batch_shared_is_what_the_rest_of_the_log_says(
    data: st.DataObject, database_url: str, store: Store
) -> None:
    await told.forget_all(database_url)
    facts = data.draw(told.facts(alike=False))
    await told.write(store, data.draw(told.cuts(facts)), 1)
    report = await replayed(database_url, then=Then.COMPARE)
    assert report.comparison is not None
    assert report.comparison.differences == []


@MADE_UP
@given(data=st.data())
async def test_what_moves_while_the_log_is_folded_is_caught_up_with(
    data: st.DataObject, database_url: str, store: Store
) -> None:
    await told.forget_all(database_url)
    facts = data.draw(told.facts())
    half = data.draw(st.integers(0, len(facts)))
    await told.write(store, [facts[:half]], 1)
    await replayed(database_url)
    await told.write(store, data.draw(told.cuts(facts[half:])), 1)
    async with Database(database_url, name="test") as database, database.connection() as connection:
        schema = await beside(connection, "again")
        await schema.enter(connection)
        await catch_up(connection, schema)
        assert await catch_up(connection, schema) == 0
    await replayed(database_url, "once_more")
    assert await told.tables(database_url, "again") == await told.tables(database_url, "once_more")


async def test_a_batch_through_the_broker_is_replayed_to_the_same_rows(rig: Rig) -> None:
    batches = [new_id() for _ in range(6)]
    async with projecting(rig.amqp_url, rig.database_url):
        own = [
            event.model_copy(update={"file_checksum": "f" * 32}) if isinstance(event, JobCompleted) else event
            for event in whole_batch(batches[1], 2)
        ]
        said = await asyncio.gather(
            rig.say(batches[1], *own),
            *(rig.say(batch, *whole_batch(batch, 2)) for batch in batches if batch != batches[1]),
        )
        await rig.repeat(said[1])
        await rig.say(batches[1], BatchExpired())
        await rig.until("SELECT status, count(*)::int FROM processing_batches GROUP BY 1", ("completed", 5))
        await rig.until("SELECT max(event_id) FROM batch_events WHERE type = 'batch.expired'", 10)
        await rig.until("SELECT DISTINCT reason FROM set_aside_events", "stale")
    report = await replayed(rig.database_url)
    assert (report.events, report.batches) == (5 * 9, 5)
    for table, rows in (await told.tables(rig.database_url)).items():
        assert (await told.tables(rig.database_url, "again"))[table] == rows, table


async def test_a_difference_is_named_by_table_key_and_column(database_url: str, store: Store) -> None:
    await told.write(store, [[story.fact(event, n) for n, event in enumerate(whole_batch(story.BATCH, 2))]], 1)
    connection = await asyncpg.connect(database_url)
    await connection.execute("UPDATE processing_batches SET completed_pdfs = 7, status = 'failed'")
    await connection.execute("DELETE FROM result_links WHERE id = $1", story.job_id(1))
    await connection.close()
    report = await replayed(database_url, None, Then.COMPARE)
    assert report.comparison is not None
    assert [one for one in report.comparison.differences if one.table != "result_links"] == [
        Difference("processing_batches", str(story.BATCH), ("completed_pdfs", "status"), live=True, replayed=True)
    ]
    assert (
        Difference("result_links", str(story.job_id(1)), (), live=False, replayed=True) in report.comparison.differences
    )
    assert report.comparison.rows["batch_jobs"] == 0
    assert report.kept
    arguments = ["replay", "--compare", "--json", "--workers", "1", "--database-url", database_url]
    done = await asyncio.to_thread(CliRunner().invoke, app, arguments)
    assert done.exit_code == 1, done.output
    assert json.loads(done.stdout)["comparison"]["rows"]["result_links"] == 1
    await replayed(database_url, None, Then.SWAP)
    assert (await replayed(database_url, None, Then.COMPARE)).comparison == Comparison(dict.fromkeys(TABLES, 0), [])
    assert await _schemas(database_url) == []


async def test_the_tables_as_they_were(database_url: str, store: Store) -> None:
    other = new_id()
    events = [story.fact(event, n) for n, event in enumerate(whole_batch(story.BATCH, 2))]
    for part in (events[:3], [story.fact(story.submitted(1, other), 1, other)], events[3:]):
        await told.write(store, [part], 1)
    connection = await asyncpg.connect(database_url)
    log = await connection.fetch(
        "SELECT batch_id, event_id, recorded_at FROM batch_events ORDER BY recorded_at, event_id"
    )
    await replayed(database_url, until=Until(at=log[0]["recorded_at"]))
    assert [
        tuple(row) for row in await connection.fetch("SELECT id, status, last_event_id FROM again.processing_batches")
    ] == [(story.BATCH, "processing", 4)]
    await replayed(database_url, until=Until(batch=story.BATCH, event=6))
    rows = await connection.fetch("SELECT id, status, last_event_id FROM again.processing_batches ORDER BY 2")
    assert [tuple(row) for row in rows] == [(other, "pending", 1), (story.BATCH, "processing", 6)]
    with pytest.raises(Rejected, match="no event 99"):
        await replayed(database_url, until=Until(batch=story.BATCH, event=99))
    await connection.close()


async def test_a_schema_that_is_not_ours_is_left_alone(database_url: str) -> None:
    connection = await asyncpg.connect(database_url)
    await connection.execute("CREATE SCHEMA theirs")
    await connection.close()
    for name in ("theirs", "public", "pg_temp", "a b", "x;drop", "then", "user"):
        with pytest.raises(Rejected, match="schema"):
            await replayed(database_url, name)
    assert await _schemas(database_url) == ["theirs"]


async def test_a_killed_replay_goes_on_where_it_was(database_url: str, store: Store) -> None:
    for number in range(1, 60):
        batch = UUID(int=number << 96 | 7 << 76 | 2 << 62)
        await told.write(store, [[story.fact(event, n, batch) for n, event in enumerate(whole_batch(batch, 2))]], 1)
    async with Database(database_url, name="test") as database, database.connection() as connection:
        schema = await beside(connection, "again")
        await schema.make(connection, Until(), A_RANGE)
        worker = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "services.projector.replay.worker", "again"),
            env={**os.environ, "HEATSTREAM_DATABASE_URL": database_url},
        )
        done = "SELECT count(events) FROM again.replay_ranges"
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not (folded := await connection.fetchval(done)):  # noqa: ASYNC110 - the worker changes it
                await asyncio.sleep(0.001)
        worker.kill()
        await worker.wait()
    with pytest.raises(Rejected, match="another --until"):
        await replayed(database_url, until=Until(at=now()), anew=False)
    shown: list[tuple[str, int, int]] = []
    report = await replay(database_url, "again", lambda *shown_now: shown.append(shown_now), workers=2)
    assert shown[0][:2] >= ("folding", folded * A_RANGE)
    assert report.events == 59 * 9
    assert await told.tables(database_url, "again") == await told.tables(database_url)


async def test_what_an_expired_batch_said_first_is_said_by_the_next(database_url: str, store: Store) -> None:
    """Of file, extraction and links: nothing of the first one's is left, and all of the other's is there."""
    first, other = UUID(int=1), UUID(int=2)
    for number, batch in enumerate((first, other)):
        submitted = story.fact(story.submitted(1, batch), number, batch)
        completed = story.fact(story.completed(1, batch=batch), number + 1, batch)
        await told.write(store, [[submitted, completed]], 1)
    await told.write(store, [[story.fact(BatchExpired(), 9, first)]], 1)
    comparison = (await replayed(database_url, None, Then.COMPARE)).comparison
    assert comparison == Comparison(dict.fromkeys(TABLES, 0), [])


async def test_tables_are_swapped_while_events_arrive_and_nobody_restarts(rig: Rig) -> None:
    """Readers with plans of the old tables, and a projector that writes all the while, go on with the new ones."""
    connection = await asyncpg.connect(rig.database_url)
    before = await _picture(connection)
    over, batches = asyncio.Event(), list[UUID]()

    async def load() -> None:
        while not over.is_set():
            batches.append(new_id())
            await rig.say(batches[-1], *whole_batch(batches[-1], 2))

    async def reading(database: Database) -> int:
        reads = 0
        async with database.connection() as reader:
            while not over.is_set():
                for batch in batches[-3:]:
                    await reader.fetchrow(query("api_batch"), batch)
                    await reader.fetch(query("api_results"), batch)
                    reads += 1
                await asyncio.sleep(0)
        return reads

    async with projecting(rig.amqp_url, rig.database_url), Database(rig.database_url, name="reader") as database:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(load())
            reads = tasks.create_task(reading(database))
            await rig.until("SELECT count(*) > 5 FROM processing_batches", True)  # noqa: FBT003 - what the row says
            for _ in range(3):
                report = await replayed(rig.database_url, None, Then.SWAP)
                assert report.held_back_seconds is not None
                seen = len(batches)
                await rig.until(f"SELECT count(*) > {seen} FROM processing_batches", True)  # noqa: FBT003, S608
            over.set()
        await rig.until("SELECT status, count(*)::int FROM processing_batches GROUP BY 1", ("completed", len(batches)))
    assert reads.result() > 0
    assert await rig.rows("SELECT count(*)::int FROM batch_events") == [9 * len(batches)]
    assert await rig.rows("SELECT reason FROM set_aside_events") == []
    assert await _picture(connection) == before
    await connection.close()
    comparison = (await replayed(rig.database_url, None, Then.COMPARE)).comparison
    assert comparison == Comparison(dict.fromkeys(TABLES, 0), [])


async def test_every_table_that_is_a_fold_is_replayed(database_url: str) -> None:
    connection = await asyncpg.connect(database_url)
    names = await connection.fetch(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
    )
    await connection.close()
    left = {row[0] for row in names if "yoyo" not in row[0]} - {"batch_events", "set_aside_events"}
    assert left == set(TABLES)


async def _picture(connection: asyncpg.Connection[Any]) -> list[tuple[str, ...]]:
    """Without casts: PostgreSQL writes those of a list of texts in another way once they were read from their text."""
    return [
        tuple(re.sub(r"::[a-z ]+|[\[\]()]", "", str(each)) for each in row) for row in await connection.fetch(PICTURE)
    ]


async def _schemas(url: str) -> list[str]:
    connection = await asyncpg.connect(url)
    rows = await connection.fetch(
        "SELECT nspname FROM pg_namespace WHERE nspname !~ '^(pg_|information_schema|public)'"
    )
    await connection.close()
    return [row[0] for row in rows]
