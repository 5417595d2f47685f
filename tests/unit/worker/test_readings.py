from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

import pytest

from schema.errors import JobFault
from schema.extraction import Sheet, SheetEntry
from schema.states import ErrorCode
from services.runtime.blobs import Blobs
from services.runtime.database import Database
from services.worker.extraction import KeptSheet, LocalExtractor, Sandbox, find
from services.worker.readings import Readings
from services.worker.shelf import Shelf
from services.worker.work_lock import WorkLock
from tests.samples.hytek import sample
from tests.samples.meet import Options

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from pathlib import Path

    from services.worker.reader import Reader

CHECKSUM = "ab" * 16
ADA = KeptSheet.of(Sheet(entries=(SheetEntry(swimmer_name="Nord, Ada"),)))
DRAWN = sample(Options(seed=3, events=3, heats=1))


class Gated:
    """Reads when the test lets it, and as the test says."""

    version = "1"

    def __init__(self) -> None:
        self.begun = self.ended = 0
        self.gate, self.reading = asyncio.Event(), asyncio.Event()
        self.fault: JobFault | None = None

    async def read(self, pdf: bytes, tell: Callable[[str], None]) -> KeptSheet:
        assert pdf == b"pdf"
        self.begun += 1
        self.tell = tell
        self.reading.set()
        try:
            await self.gate.wait()
        finally:
            self.ended += 1
        if self.fault:
            raise self.fault
        return ADA


async def unheard(_: str) -> None:
    """For a job that nobody watches."""


class Counted:
    """Reads PDFs in real children."""

    version = "1"

    def __init__(self, sandbox: Sandbox) -> None:
        self.reads, self._extractor = 0, LocalExtractor(sandbox)

    async def read(self, pdf: bytes, tell: Callable[[str], None]) -> KeptSheet:
        self.reads += 1
        return await self._extractor.read(pdf, tell)


@pytest.fixture
async def nowhere() -> AsyncIterator[Database]:
    async with Database("postgresql://nobody@127.0.0.1:1/nothing", name="test") as database:
        yield database


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(Blobs(f"file://{tmp_path}"), "1")


def readings(reader: Reader, shelf: Shelf, database: Database) -> Readings:
    return Readings(reader=reader, shelf=shelf, lock=WorkLock(database, 5))


async def wait_for(of: Readings, pdf: bytes = b"pdf") -> KeptSheet:
    async with of.of(CHECKSUM, pdf, came_by_link=False) as reading:
        sheet = await reading.sheet(unheard)
        await reading.kept()
        return sheet


async def test_many_jobs_of_one_pdf_start_one_child_even_without_a_database(shelf: Shelf, nowhere: Database) -> None:
    async with Sandbox() as sandbox:
        reader = Counted(sandbox)
        of = readings(reader, shelf, nowhere)
        sheets = await asyncio.gather(*(wait_for(of, DRAWN.pdf) for _ in range(6)))

    assert reader.reads == 1
    assert {len(sheet.sheet().entries) for sheet in sheets} == {len(DRAWN.sheet.entries)}
    name = next(entry.swimmer_name for entry in DRAWN.sheet.entries if entry.swimmer_name)
    assert all(find(sheet, name).events for sheet in sheets)


async def test_a_cancelled_first_job_does_not_fail_the_second(shelf: Shelf, nowhere: Database) -> None:
    reader = Gated()
    of = readings(reader, shelf, nowhere)
    first, second = [asyncio.create_task(wait_for(of)) for _ in range(2)]
    await reader.reading.wait()

    first.cancel()
    await asyncio.wait((first,))
    reader.gate.set()

    assert first.cancelled()
    assert await second is ADA
    assert reader.begun == 1


async def test_a_reading_that_nobody_waits_for_ends_and_is_begun_anew(shelf: Shelf, nowhere: Database) -> None:
    reader = Gated()
    of = readings(reader, shelf, nowhere)
    both = [asyncio.create_task(wait_for(of)) for _ in range(2)]
    await reader.reading.wait()

    for one in both:
        one.cancel()
    await asyncio.wait(both)

    assert (reader.begun, reader.ended) == (1, 1)
    reader.gate.set()
    assert await wait_for(of) is ADA
    assert reader.begun == 2


async def test_a_fault_is_everybodys_and_the_next_job_tries_anew(shelf: Shelf, nowhere: Database) -> None:
    reader = Gated()
    reader.fault = JobFault(ErrorCode.INVALID_PDF, "It is none.")
    reader.gate.set()
    of = readings(reader, shelf, nowhere)

    faults = await asyncio.gather(wait_for(of), wait_for(of), return_exceptions=True)
    reader.fault = None

    assert [fault.code for fault in faults if isinstance(fault, JobFault)] == [ErrorCode.INVALID_PDF] * 2
    assert await wait_for(of) is ADA


async def test_who_comes_just_after_a_reading_finds_it_on_the_shelf(shelf: Shelf, nowhere: Database) -> None:
    reader = Gated()
    reader.gate.set()
    of = readings(reader, shelf, nowhere)
    await wait_for(of)

    async with of.of(CHECKSUM, b"pdf", came_by_link=False) as reading:
        assert await reading.sheet(unheard) is ADA
        assert not reading.is_new
    assert reader.begun == 1


async def test_the_sheet_is_there_before_a_slow_store_has_it(
    shelf: Shelf, nowhere: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader, stored = Gated(), asyncio.Event()
    reader.gate.set()

    async def keep(*_: object) -> None:
        await stored.wait()

    monkeypatch.setattr(shelf, "keep", keep)
    async with AsyncExitStack() as leaving:
        reading = await leaving.enter_async_context(
            readings(reader, shelf, nowhere).of(CHECKSUM, b"pdf", came_by_link=False)
        )
        assert await reading.sheet(unheard) is ADA
        kept = asyncio.create_task(reading.kept())
        await asyncio.sleep(0)
        assert not kept.done()
        stored.set()
        await kept


async def test_every_job_that_waits_is_told_how_far_it_is_and_a_slow_one_hears_the_latest(
    shelf: Shelf, nowhere: Database
) -> None:
    reader = Gated()
    of = readings(reader, shelf, nowhere)
    heard: dict[str, list[str]] = {"quick": [], "slow": []}
    news, listening, go_on = asyncio.Condition(), asyncio.Event(), asyncio.Event()

    async def quick(sentence: str) -> None:
        async with news:
            heard["quick"].append(sentence)
            news.notify_all()

    async def slow(sentence: str) -> None:
        heard["slow"].append(sentence)
        listening.set()
        await go_on.wait()

    async def wait(told: Callable[[str], Awaitable[None]]) -> KeptSheet:
        async with of.of(CHECKSUM, b"pdf", came_by_link=False) as reading:
            return await reading.sheet(told)

    jobs = [asyncio.create_task(wait(told)) for told in (quick, slow)]
    await reader.reading.wait()
    for number, page in enumerate(("page 1", "page 2", "page 3"), start=1):
        reader.tell(page)
        async with news:
            while len(heard["quick"]) < number:
                await news.wait()
        await listening.wait()
    go_on.set()
    reader.gate.set()

    assert await asyncio.gather(*jobs) == [ADA, ADA]
    assert heard["quick"] == ["page 1", "page 2", "page 3"]
    assert heard["slow"] in (["page 1", "page 3"], ["page 1"])
