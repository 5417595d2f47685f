from __future__ import annotations

import asyncio
import contextlib
import gc
import json

import psutil
import pytest

from schema.errors import JobFault
from services.worker.extraction import Sandbox
from tests.samples.hytek import sample
from tests.samples.meet import Options
from tests.unit.extraction import hostile

SMALL = sample(Options(seed=3, events=1, heats=1)).pdf
READINGS, WARM_UP, AT_ONCE = 500, 60, 2
MOST_GROWTH = 3 * 1024 * 1024


@pytest.mark.timeout(240)
async def test_memory_does_not_grow_over_500_pdfs() -> None:
    """Of the service and of its fork server, whatever becomes of the PDFs."""
    async with Sandbox() as sandbox:
        server = json.loads(await sandbox.run(hostile.describe, b""))["parent"]
        processes = [psutil.Process(), psutil.Process(server)]
        await _read(sandbox, WARM_UP)
        before = _resident(processes)

        await _read(sandbox, READINGS)

        after = _resident(processes)
        assert [now - then for then, now in zip(before, after, strict=True) if now - then > MOST_GROWTH] == []
        assert len(processes[1].children()) <= sandbox.spares


async def _read(sandbox: Sandbox, times: int) -> None:
    """Two at a time; every tenth is cut in the middle, and every fiftieth takes its child with it."""
    free = asyncio.Semaphore(AT_ONCE)

    async def read(number: int) -> None:
        async with free:
            if number % 50 == 7:
                with contextlib.suppress(JobFault):
                    await sandbox.run(hostile.segfault, SMALL)
            elif number % 10 == 3:
                with contextlib.suppress(JobFault):
                    await sandbox.read(SMALL[: len(SMALL) // 2])
            else:
                assert (await sandbox.read(SMALL)).document

    await asyncio.gather(*map(read, range(times)))


def _resident(processes: list[psutil.Process]) -> list[int]:
    gc.collect()
    return [process.memory_info().rss for process in processes]
