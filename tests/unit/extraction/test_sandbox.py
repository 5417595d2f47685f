from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import uvloop

from schema.errors import JobFault, Transient
from schema.states import ErrorCode
from services.worker.extraction import Limits, LocalExtractor, Sandbox
from services.worker.extraction.sheet import read_sheet
from tests.samples.hytek import sample
from tests.samples.meet import Options
from tests.unit.extraction import hostile
from tests.unit.extraction.processes import gone, told

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

SHEET = sample(Options(seed=3, events=3, heats=1))
READ = read_sheet(SHEET.pdf)
ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox(Limits(cpu_seconds=1, wall_seconds=20, result_bytes=1024 * 1024)) as opened:
        yield opened


@pytest.mark.parametrize("spares", [0, 1])
async def test_a_partial_is_work_too_with_and_without_spares(spares: int) -> None:
    async with Sandbox(spares=spares) as sandbox:
        assert await sandbox.run(partial(hostile.repeat, times=3), b"ab") == b"ababab"
        assert await sandbox.run(partial(hostile.name_length, name="x" * 1_000_000), b"") == b"1000000"
        assert (await sandbox.read(SHEET.pdf)).sheet() == READ


async def test_a_sheet_is_read_in_a_child(sandbox: Sandbox) -> None:
    assert (await sandbox.read(SHEET.pdf)).sheet() == READ


async def test_many_at_a_time(sandbox: Sandbox) -> None:
    sheets = await asyncio.gather(*(sandbox.read(SHEET.pdf) for _ in range(6)))

    assert [kept.sheet() for kept in sheets] == [READ] * 6


async def test_the_local_extractor_reads_and_finds(sandbox: Sandbox) -> None:
    name = next(entry.swimmer_name for entry in READ.entries if entry.swimmer_name)

    assert len((await LocalExtractor(sandbox).extract(SHEET.pdf, name)).events) >= 1


async def test_a_fault_of_the_reading_travels(sandbox: Sandbox) -> None:
    with pytest.raises(JobFault) as raised:
        await sandbox.read(b"no pdf")

    assert raised.value.code is ErrorCode.INVALID_PDF


@pytest.mark.parametrize(
    ("work", "why"),
    [
        (hostile.spin, "processor time"),
        (hostile.allocate_8_gib, "memory"),
        (hostile.allocate_8_gib_natively, "crashed"),
        (hostile.abort, "memory"),
        (hostile.segfault, "crashed"),
        (hostile.flood, "text"),
    ],
)
async def test_what_uses_up_or_crashes_its_child_is_a_limit(
    sandbox: Sandbox, work: Callable[[bytes, Limits], bytes], why: str
) -> None:
    with pytest.raises(JobFault, match=why) as raised:
        await sandbox.run(work, b"")

    assert raised.value.code is ErrorCode.EXTRACTION_LIMIT
    assert (await sandbox.read(SHEET.pdf)).sheet() == READ


async def test_a_hang_ends_at_the_wall_clock(fifo: Path) -> None:
    async with Sandbox(Limits(wall_seconds=0.5)) as sandbox:
        reading = asyncio.ensure_future(sandbox.run(hostile.hang, os.fsencode(fifo)))
        pid = await told(fifo)

        async with asyncio.timeout(3):  # well before the child's own alarm
            with pytest.raises(JobFault) as raised:
                await reading

        assert raised.value.code is ErrorCode.EXTRACTION_LIMIT
        assert await gone(pid, 1)


async def test_a_child_ends_itself_where_its_service_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    async with Sandbox(Limits(wall_seconds=0.5)) as sandbox:
        monkeypatch.setattr(asyncio, "timeout", lambda _: contextlib.nullcontext())

        with pytest.raises(JobFault, match="longer than it may"):
            await sandbox.run(hostile.pause, b"")


async def test_cancelling_kills_the_child_within_a_second(sandbox: Sandbox, fifo: Path) -> None:
    reading = asyncio.ensure_future(sandbox.run(hostile.ignore_signals_and_sleep, os.fsencode(fifo)))
    pid = await told(fifo)
    began = time.monotonic()

    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading

    assert await gone(pid, 1)
    assert time.monotonic() - began < 1


async def test_a_child_ended_from_outside_is_worth_another_try(sandbox: Sandbox) -> None:
    with pytest.raises(Transient):
        await sandbox.run(hostile.end_by_sigterm, b"")


async def test_a_bug_is_told_by_its_place_and_not_by_its_text(sandbox: Sandbox) -> None:
    with pytest.raises(JobFault) as raised:
        await sandbox.run(hostile.raise_a_name, b"Lindqvist")

    assert raised.value.code is ErrorCode.UNKNOWN
    assert "ValueError at hostile.py:" in raised.value.sentence
    assert "Lindqvist" not in raised.value.sentence


async def test_no_descriptors_are_left(sandbox: Sandbox) -> None:
    await sandbox.read(SHEET.pdf)
    before = len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - counted, not walked
    for _ in range(3):
        await sandbox.read(SHEET.pdf)
        with contextlib.suppress(JobFault):
            await sandbox.read(b"")

    assert len(os.listdir("/proc/self/fd")) == before  # noqa: PTH208 - as above


def test_it_works_under_uvloop() -> None:
    async def read() -> object:
        async with Sandbox() as sandbox:
            return (await sandbox.read(SHEET.pdf)).sheet()

    assert uvloop.run(read()) == READ


PARENT = """
import asyncio, sys
from services.worker.extraction import Sandbox
from tests.unit.extraction import hostile
from tests.unit.extraction.processes import gone, told

async def main():
    async with Sandbox() as sandbox:
        await sandbox.run(hostile.ignore_signals_and_sleep, sys.argv[1].encode())

asyncio.run(main())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="a death signal is Linux's")
async def test_no_orphan_outlives_a_killed_parent(fifo: Path) -> None:
    parent = await asyncio.create_subprocess_exec(sys.executable, "-c", PARENT, str(fifo), cwd=ROOT)
    try:
        pid = await told(fifo)
    finally:
        parent.kill()
        await parent.wait()

    assert await gone(pid, 2)
