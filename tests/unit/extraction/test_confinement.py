from __future__ import annotations

import asyncio
import json
import os
import socket
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from schema.errors import JobFault
from schema.states import ErrorCode
from services.runtime import seccomp
from services.worker.extraction import Limits, Sandbox
from tests.unit.extraction import hostile

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

NO_CALLS = pytest.mark.skipif(sys.platform != "linux", reason="a filter of system calls is Linux's")


@pytest.fixture(scope="module")
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox() as opened:
        yield opened


async def fault(sandbox: Sandbox, work: Callable[[bytes, Limits], bytes], pdf: bytes) -> tuple[ErrorCode, str]:
    """The code of the fault that the work ends with, and the kind of error that its sentence names."""
    with pytest.raises(JobFault) as raised:
        await sandbox.run(work, pdf)
    return raised.value.code, raised.value.sentence.partition(": ")[2].partition(" ")[0]


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
