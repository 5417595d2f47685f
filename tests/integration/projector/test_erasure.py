"""What other batches share with an erased one becomes what the log that is left says, and nothing of it stays."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import asyncpg
import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schema import identity
from schema.commands import FileSource, Source, UrlSource
from schema.events import (
    AiFile,
    BatchEvent,
    BatchExpired,
    BatchSubmitted,
    Job,
    JobCompleted,
    JobStageEntered,
)
from schema.extraction import EventStart, ExtractionResult, SwimEntry, Warning  # noqa: A004 - as in its home
from schema.states import Stage
from services.projector.record import Arrival, record
from services.projector.store import Conflict, Rows, Store, _put
from services.runtime.clock import new_id
from services.runtime.database import Database
from tests.integration.projector.rig import Rig, projecting, whole_batch
from tests.unit.projector.story import START, fact

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable

    from schema.cloudevents import Fact

SHEETS = ("00112233445566778899aabbccddeeff", "ffeeddccbbaa99887766554433221100")
NAMES = ("lindqvist maya", "nyquister greta")
SHARED = ("processing_batches", "batch_jobs", "pdf_files", "extraction_results", "result_links")


class Books:
    """A log and its tables, written as a projector writes them, without a broker."""

    def __init__(self, database: Database, owner: asyncpg.Connection[Any]) -> None:
        self.database, self.store, self.owner = database, Store(database), owner

    async def write(self, facts: Iterable[Fact]) -> None:
        """One micro-batch; again from fresh state where another writer came between, as a partition does."""
        arrivals = [Arrival(fact, fact.to_cloudevent()) for fact in facts]
        while True:
            before = await self.store.load({arrival.fact.batch_id for arrival in arrivals})
            try:
                await self.store.write("test", before, record(before, arrivals, lambda: b"0123456789abcdef"))
            except Conflict:
                continue
            return

    async def tables(self, names: Iterable[str] = SHARED) -> dict[str, list[str]]:
        """Every row of every table, as text."""
        return {
            name: [row[0] for row in await self.owner.fetch(f"SELECT t::text FROM {name} t ORDER BY 1")]  # noqa: S608 - ours
            for name in names
        }

    async def begin_anew(self) -> None:
        await self.owner.execute(
            "SET session_replication_role = replica;"
            f" TRUNCATE batch_events, set_aside_events, {', '.join(SHARED)};"
            " SET session_replication_role = origin"
        )


@pytest.fixture
async def books(database_url: str) -> AsyncIterator[Books]:
    owner = await asyncpg.connect(database_url)
    async with Database(database_url, name="test", most_connections=8) as database:
        yield Books(database, owner)
    await owner.close()


def source(said: str, kind: str) -> Source:
    if kind == "url":
        return UrlSource(url=f"https://meets.example/{said}.pdf")
    return FileSource(checksum=SHEETS[0], filename=f"{said}.pdf")


def completed(batch: UUID, sequence: int, checksum: str, name: str, said: str) -> JobCompleted:
    """What one worker read; `said` is in all of its words."""
    job = identity.job_id(batch, sequence)
    return JobCompleted(
        job_id=job,
        attempt=1,
        file_checksum=checksum,
        file_size_bytes=1000,
        cached=False,
        result_code=identity.result_code(job),
        swimmer_name_normalized=name,
        extraction=ExtractionResult(
            swimmer_name=said,
            meet_name=f"Meet of {said}",
            session_date=START.date(),
            meet_date_end=START.date() + timedelta(days=len(said)),
            events=(SwimEntry(event_number="12", swimmer_name=said, lane=4, heat_start_estimated=True),),
            warnings=(Warning(code="near", message=said, names=(said,)),),
            timeline=(EventStart(event_number=said, start="09:30"),),
        ),
    )


def expiry(facts: list[Fact]) -> Fact:
    return fact(BatchExpired(), 4000, facts[0].batch_id)


@st.composite
def stories(draw: st.DrawFn) -> dict[UUID, list[Fact]]:
    """What is said of two to four batches over the same two sheets, by batch; no two things at the same time."""
    minutes = iter(draw(st.permutations(range(60))))
    told: dict[UUID, list[Fact]] = {}
    for number in range(draw(st.integers(2, 4))):
        batch = UUID(f"019a0000-0000-7000-8000-00000000000{number}")
        said = f"Speaker-{number}"
        kinds = draw(st.lists(st.sampled_from(("url", "file")), min_size=1, max_size=2))
        jobs = tuple(
            Job(job_id=identity.job_id(batch, n), sequence=n, source=source(f"{said}-{n}", kind))
            for n, kind in enumerate(kinds, 1)
        )
        events: list[BatchEvent] = [BatchSubmitted(swimmer_name=said, jobs=jobs)]
        for job in jobs:
            if draw(st.booleans()):
                hours = next(minutes)
                file = AiFile(
                    file_checksum=draw(st.sampled_from(SHEETS)),
                    file_size_bytes=1000,
                    file_id=f"file of {said} {hours}",
                    expires_at=START + timedelta(hours=hours),
                )
                entered = JobStageEntered(job_id=job.job_id, attempt=1, stage=Stage.EXTRACTING, step=4, ai_file=file)
                events.append(entered)
            if draw(st.booleans()):
                sheet, name = draw(st.sampled_from(SHEETS)), draw(st.sampled_from(NAMES))
                events.append(completed(batch, job.sequence, sheet, name, said))
        told[batch] = [fact(event, 60 * next(minutes), batch) for event in events]
    return told


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(told=stories(), data=st.data())
async def test_the_tables_are_those_of_a_world_without_the_erased_batches(
    books: Books, told: dict[UUID, list[Fact]], data: st.DataObject
) -> None:
    erased = data.draw(st.sets(st.sampled_from(list(told)), min_size=1, max_size=len(told) - 1))
    apart = data.draw(st.booleans())
    await books.begin_anew()
    expiries = [expiry(told[batch]) for batch in sorted(erased)]
    if apart:
        for facts in told.values():
            await books.write(facts)
        for one in expiries:
            await books.write([one])
    else:  # all in one micro-batch, which wrote what it erases
        await books.write([*(fact for facts in told.values() for fact in facts), *expiries])
    after = await books.tables()
    await books.begin_anew()
    for batch, facts in told.items():
        if batch not in erased:
            await books.write(facts)
    assert after == await books.tables()


def life(said: str, start: int, *read: tuple[str, str]) -> list[Fact]:
    """A batch in which a sheet was read for each (sheet, name), told from so many seconds on."""
    batch = new_id()
    places = range(1, len(read) + 1)
    jobs = tuple(Job(job_id=identity.job_id(batch, n), sequence=n, source=source(said, "url")) for n in places)
    events: list[BatchEvent] = [BatchSubmitted(swimmer_name=said, jobs=jobs)]
    events += [completed(batch, n, sheet, name, said) for n, (sheet, name) in enumerate(read, 1)]
    return [fact(event, start + number, batch) for number, event in enumerate(events)]


async def test_what_another_partition_writes_meanwhile_is_waited_for_and_seen(books: Books) -> None:
    old, new = life("Old", 0, (SHEETS[0], NAMES[0])), life("New", 1000, (SHEETS[0], NAMES[0]))
    await books.write(old)
    before = await books.store.load({new[0].batch_id})
    folded = record(before, [Arrival(fact, "") for fact in new], lambda: b"0123456789abcdef")
    async with books.database.connection() as connection:
        async with connection.transaction():
            await _put(connection, Rows.of("test", before, folded))
            erasing = asyncio.create_task(books.write([expiry(old)]))
            async with asyncio.timeout(20):
                while not await books.owner.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted"):
                    pass
        await erasing
    after = await books.tables()
    await books.begin_anew()
    await books.write(new)
    assert after == await books.tables()


async def test_partitions_that_erase_and_write_the_same_rows_at_once_lose_nothing(books: Books) -> None:
    both = [(sheet, NAMES[0]) for sheet in SHEETS]
    old = [life("Old", 10 * number, read) for number, read in enumerate(both * 10)]
    new = [life("New", 1000 + 10 * number, read) for number, read in enumerate(both * 10)]
    for facts in old:
        await books.write(facts)
    # Micro-batches of two batches, half of which erase the one sheet first, half the other.
    erased = [(expiry(old[n]), expiry(old[n + 1])) for n in range(0, 20, 2)]
    erasing = [books.write(pair if number % 2 else reversed(pair)) for number, pair in enumerate(erased)]
    async with asyncio.timeout(60):
        await asyncio.gather(*erasing, *(books.write(facts) for facts in reversed(new)))
    after = await books.tables()
    await books.begin_anew()
    for facts in new:
        await books.write(facts)
    assert after == await books.tables()
    assert "Old" not in str(after)


async def test_a_partition_that_another_stands_in_the_way_of_folds_again(books: Books) -> None:
    both = [(sheet, NAMES[0]) for sheet in SHEETS]
    await books.write(life("Old", 0, *both))
    first, second = sorted(SHEETS, key=identity.pdf_id)
    lock = "SELECT FROM pdf_files WHERE checksum = $1 FOR UPDATE"
    async with books.owner.transaction():
        await books.owner.execute("SET LOCAL deadlock_timeout = '1h'")  # so that PostgreSQL ends the other one
        await books.owner.execute(lock, second)
        writing = asyncio.create_task(books.write(life("New", 1000, *both)))
        async with asyncio.timeout(20):
            while not await books.owner.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted"):
                pass
            await books.owner.execute(lock, first)
    await writing
    assert await books.owner.fetchval("SELECT count(*) FROM processing_batches") == 2


async def test_it_finds_what_is_shared_by_an_index(books: Books) -> None:
    first, second = (new_id() for _ in range(2))
    for batch in (first, second):
        job = Job(job_id=identity.job_id(batch, 1), sequence=1, source=source("sheet", "url"))
        file = AiFile(file_checksum=SHEETS[0], file_size_bytes=1, file_id="file", expires_at=START)
        entered = JobStageEntered(job_id=job.job_id, attempt=1, stage=Stage.EXTRACTING, step=4, ai_file=file)
        submitted, done = BatchSubmitted(swimmer_name="x", jobs=(job,)), completed(batch, 1, SHEETS[0], NAMES[0], "x")
        events: tuple[BatchEvent, ...] = (submitted, entered, done)
        await books.write([fact(event, number, batch) for number, event in enumerate(events)])
    indexes = ("idx_events_ai_file", "idx_jobs_checksum", "idx_jobs_extraction", "idx_set_aside_of_none")
    used = "SELECT indexrelname, idx_scan FROM pg_stat_user_indexes WHERE indexrelname = ANY($1)"
    await books.owner.execute("SELECT pg_stat_force_next_flush()")
    before = dict(await books.owner.fetch(used, indexes))
    # Tables this small are read whole, unless that is made dear: what is asked is whether the indexes fit.
    await books.owner.execute("SET enable_seqscan = off")
    await books.owner.execute("SELECT erase_batch($1)", first)
    await books.owner.execute("SELECT pg_stat_force_next_flush()")
    after = dict(await books.owner.fetch(used, indexes))
    assert [name for name in indexes if after[name] <= before[name]] == []


def test_the_versions_that_it_reads_are_the_newest() -> None:
    """`erase_batch` reads these two from the log: with a new version it must learn to read both."""
    assert (JobCompleted.VERSION, JobStageEntered.VERSION) == (1, 1)


async def test_no_bytes_of_an_erased_batch_stay_set_aside_nor_come_back(rig: Rig) -> None:
    batch, other = new_id(), new_id()
    kept = "SELECT body FROM set_aside_events WHERE body IS NOT NULL"
    async with projecting(rig.amqp_url, rig.database_url):
        facts = await rig.say(batch, *whole_batch(batch, 1))
        await rig.say(other, *whole_batch(other, 1))
        unreadable = orjson.dumps([facts[0].to_cloudevent()]).replace(str(batch).encode(), str(batch).upper().encode())
        await rig.send(unreadable[:-1])
        await rig.send(orjson.dumps([{**facts[0].to_cloudevent(), "data": {"swimmer_name": "Maya"}}]))
        await rig.repeat(facts[:1])
        await rig.send(b"nobody's\x00 \xff bytes")
        await rig.until("SELECT count(*)::int FROM set_aside_events WHERE body IS NOT NULL", 4)
        await rig.say(batch, BatchExpired())
        await rig.until(kept, b"nobody's\x00 \xff bytes")
        await rig.repeat(facts[:2])
        await rig.until("SELECT count(*)::int FROM set_aside_events", 5)
        assert await rig.rows(kept) == [b"nobody's\x00 \xff bytes"]
        await rig.rows("UPDATE set_aside_events SET recorded_at = recorded_at - INTERVAL '31 days'")
        await rig.say(other, BatchExpired())
        await rig.until(kept)


async def test_a_link_ends_with_its_batch_though_another_has_the_same_result(rig: Rig) -> None:
    first, second = new_id(), new_id()
    async with projecting(rig.amqp_url, rig.database_url):
        for batch in (first, second):
            await rig.say(batch, *whole_batch(batch, 1))
        await rig.say(first, BatchExpired())
        code = identity.result_code(identity.job_id(second, 1))
        await rig.until("SELECT short_code FROM result_links", code)
