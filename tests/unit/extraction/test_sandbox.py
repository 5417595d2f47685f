from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import socket
import sys
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import uvloop

from schema.errors import JobFault, Transient
from schema.states import ErrorCode
from services.worker.extraction import Limits, LocalExtractor, Sandbox, seccomp
from tests.samples.hytek import sample
from tests.samples.meet import Options
from tests.unit.extraction import hostile

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

SPARES = 2
NO_CALLS = pytest.mark.skipif(sys.platform != "linux", reason="a filter of system calls is Linux's")
SHEET = sample(Options(seed=3, events=3, heats=1))
ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox(Limits(cpu_seconds=1, wall_seconds=20, result_bytes=1024 * 1024), SPARES) as opened:
        yield opened


@pytest.fixture
def fifo(tmp_path: Path) -> Path:
    path = tmp_path / "pid"
    os.mkfifo(path)
    return path


async def told(fifo: Path) -> int:
    """The process id that a child writes once it is under way."""
    return int(await asyncio.to_thread(fifo.read_text))


async def gone(pid: int, seconds: float) -> bool:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while _is_there(pid):  # noqa: ASYNC110 - the kernel says nothing to those who are no parent
                await asyncio.sleep(0.01)
            return True
    return False


def _is_there(pid: int) -> bool:
    """Not as a mere entry that its parent has yet to read."""
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


async def fault(sandbox: Sandbox, work: Callable[[bytes, Limits], bytes], pdf: bytes) -> tuple[ErrorCode, str]:
    """The code of the fault that the work ends with, and the kind of error that its sentence names."""
    with pytest.raises(JobFault) as raised:
        await sandbox.run(work, pdf)
    return raised.value.code, raised.value.sentence.partition(": ")[2].partition(" ")[0]


@pytest.mark.parametrize("spares", [0, 1])
async def test_a_partial_is_work_too_with_and_without_spares(spares: int) -> None:
    async with Sandbox(spares=spares) as sandbox:
        assert await sandbox.run(partial(hostile.repeat, times=3), b"ab") == b"ababab"
        assert (await sandbox.read(SHEET.pdf)).sheet() == SHEET.sheet


async def test_a_sheet_is_read_in_a_child(sandbox: Sandbox) -> None:
    assert (await sandbox.read(SHEET.pdf)).sheet() == SHEET.sheet


async def test_many_at_a_time(sandbox: Sandbox) -> None:
    sheets = await asyncio.gather(*(sandbox.read(SHEET.pdf) for _ in range(6)))

    assert [kept.sheet() for kept in sheets] == [SHEET.sheet] * 6


async def test_the_local_extractor_reads_and_finds(sandbox: Sandbox) -> None:
    name = next(entry.swimmer_name for entry in SHEET.sheet.entries if entry.swimmer_name)

    assert len((await LocalExtractor(sandbox).extract(SHEET.pdf, name)).events) >= 1


async def test_a_fault_of_the_reading_travels(sandbox: Sandbox) -> None:
    with pytest.raises(JobFault) as raised:
        await sandbox.read(b"no pdf")

    assert raised.value.code is ErrorCode.INVALID_PDF


@pytest.mark.parametrize(
    "work",
    [
        hostile.spin,
        hostile.allocate_8_gib,
        hostile.allocate_8_gib_natively,
        hostile.segfault,
        hostile.flood,
    ],
)
async def test_what_uses_up_or_crashes_its_child_is_a_limit(
    sandbox: Sandbox, work: Callable[[bytes, Limits], bytes]
) -> None:
    with pytest.raises(JobFault) as raised:
        await sandbox.run(work, b"")

    assert raised.value.code is ErrorCode.EXTRACTION_LIMIT
    assert (await sandbox.read(SHEET.pdf)).sheet() == SHEET.sheet


async def test_a_hang_ends_at_the_wall_clock(fifo: Path) -> None:
    async with Sandbox(Limits(wall_seconds=0.5)) as sandbox:
        reading = asyncio.ensure_future(sandbox.run(hostile.hang, os.fsencode(fifo)))
        pid = await told(fifo)

        with pytest.raises(JobFault) as raised:
            await reading

        assert raised.value.code is ErrorCode.EXTRACTION_LIMIT
        assert await gone(pid, 1)


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


async def test_each_child_is_another_process_without_secrets(sandbox: Sandbox) -> None:
    one, other = [json.loads(await sandbox.run(hostile.describe, b"")) for _ in range(2)]

    assert one["environment"] == other["environment"] == {}
    assert len({one["pid"], other["pid"], os.getpid()}) == 3
    assert one["parent"] == other["parent"] != os.getpid()


async def test_a_child_sees_nothing_of_its_service_and_of_other_children(sandbox: Sandbox) -> None:
    seen = json.loads(await sandbox.run(hostile.describe, b""))

    assert set(seen["at_start"]) <= {"PYTHONPATH", "PYTHONHOME", "LD_LIBRARY_PATH"}
    assert seen["open"] == [0, 1, 2, 3]  # the last is where it talks


@NO_CALLS
async def test_a_child_reaches_no_network(sandbox: Sandbox) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = str(listener.getsockname()[1]).encode()
        assert hostile.connect(port, Limits()) == b"connected"
        with listener.accept()[0]:
            pass

        assert await fault(sandbox, hostile.connect, port) == (ErrorCode.UNKNOWN, "PermissionError")
        listener.settimeout(0)
        with pytest.raises(BlockingIOError):
            listener.accept()


@NO_CALLS
@pytest.mark.parametrize("work", [hostile.fork, hostile.start_a_program])
async def test_a_child_starts_no_process(sandbox: Sandbox, work: Callable[[bytes, Limits], bytes]) -> None:
    assert await fault(sandbox, work, b"") == (ErrorCode.UNKNOWN, "PermissionError")


async def test_a_child_may_have_threads(sandbox: Sandbox) -> None:
    assert await sandbox.run(hostile.start_a_thread, b"") == b"started"


@NO_CALLS
async def test_a_child_ends_no_other_process(sandbox: Sandbox) -> None:
    other = await asyncio.create_subprocess_exec("sleep", "60")
    try:
        assert await fault(sandbox, hostile.end_another, str(other.pid).encode()) == (
            ErrorCode.UNKNOWN,
            "PermissionError",
        )
    finally:
        other.kill()
        await other.wait()


async def test_a_child_opens_few_files(sandbox: Sandbox) -> None:
    assert await fault(sandbox, hostile.open_many_files, b"") == (ErrorCode.UNKNOWN, "OSError")


async def test_a_child_writes_no_file(sandbox: Sandbox, tmp_path: Path) -> None:
    path = tmp_path / "written"

    with pytest.raises(JobFault):
        await sandbox.run(hostile.write_a_file, os.fsencode(path))

    assert path.stat().st_size == 0


def test_a_machine_that_nobody_knows_is_no_obstacle(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seccomp, "_MACHINES", {})

    assert seccomp.confine() is False


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

    assert uvloop.run(read()) == SHEET.sheet


PARENT = """
import asyncio, sys
from services.worker.extraction import Sandbox
from tests.unit.extraction import hostile

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


async def test_who_is_taken_is_replaced_before_the_next_comes(sandbox: Sandbox) -> None:
    server = json.loads(await sandbox.run(hostile.describe, b""))["parent"]
    waiting = await spares(server)
    taken = {json.loads(await sandbox.run(hostile.describe, b""))["pid"] for _ in waiting}

    assert taken == waiting
    assert not await spares(server) & taken


async def test_a_child_that_died_while_it_waited_costs_nothing(sandbox: Sandbox) -> None:
    seen = json.loads(await sandbox.run(hostile.describe, b""))
    for waiting in await spares(seen["parent"]):
        os.kill(waiting, signal.SIGKILL)
        assert await gone(waiting, 2)

    assert (await sandbox.read(SHEET.pdf)).sheet() == SHEET.sheet


async def test_a_fork_server_that_went_is_started_anew() -> None:
    async with Sandbox() as sandbox:
        seen = json.loads(await sandbox.run(hostile.describe, b""))
        os.kill(seen["parent"], signal.SIGKILL)
        assert await gone(seen["parent"], 2)

        assert (await sandbox.read(SHEET.pdf)).sheet() == SHEET.sheet


async def test_a_reading_whose_fork_server_goes_is_worth_another_try(fifo: Path) -> None:
    async with Sandbox() as sandbox:
        server = json.loads(await sandbox.run(hostile.describe, b""))["parent"]
        reading = asyncio.ensure_future(sandbox.run(hostile.hang, os.fsencode(fifo)))
        pid = await told(fifo)
        os.kill(server, signal.SIGKILL)

        with pytest.raises(Transient):
            await reading
        assert await gone(pid, 2)


async def test_nothing_is_left_of_a_closed_sandbox() -> None:
    async with Sandbox() as sandbox:
        server = json.loads(await sandbox.run(hostile.describe, b""))["parent"]
        children = await spares(server)

    assert [pid for pid in (server, *children) if not await gone(pid, 2)] == []


async def spares(server: int) -> set[int]:
    """The children of a sandbox that wait for a PDF, once they are all there and all others gone."""
    async with asyncio.timeout(5):
        while len(found := _children(server)) != SPARES:  # noqa: ASYNC110 - as above
            await asyncio.sleep(0.01)
    return found


def _children(pid: int) -> set[int]:
    return set(map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split()))
