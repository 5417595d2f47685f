from __future__ import annotations

import asyncio
import contextlib
import gc
import json
from functools import partial

import psutil
import pytest

from schema.errors import JobFault
from services.worker.extraction import Sandbox
from tests.samples.hytek import sample
from tests.samples.meet import Options
from tests.unit.extraction import hostile
from tests.unit.extraction.processes import spares

#: With a comment so long that PDFs which are kept would show.
SMALL = sample(Options(seed=3, events=1, heats=1)).pdf + b"\n%" + b"x" * 32_768
READINGS, WARM_UP, AT_ONCE = 500, 60, 2
MOST_GROWTH = 2 * 1024 * 1024


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
        assert len(await spares(server)) == sandbox.spares


async def _read(sandbox: Sandbox, times: int) -> None:
    """Two at a time; of ten one is cut and one gives a long answer, and of fifty one takes its child with it."""
    free = asyncio.Semaphore(AT_ONCE)

    async def read(number: int) -> None:
        async with free:
            if number % 50 == 7:
                with contextlib.suppress(JobFault):
                    await sandbox.run(hostile.segfault, SMALL)
            elif number % 10 == 5:
                assert len(await sandbox.run(partial(hostile.repeat, times=10), SMALL)) == 10 * len(SMALL)
            elif number % 10 == 3:
                with contextlib.suppress(JobFault):
                    await sandbox.read(SMALL[:1000])
            else:
                assert (await sandbox.read(SMALL)).document

    await asyncio.gather(*map(read, range(times)))


def _resident(processes: list[psutil.Process]) -> list[int]:
    gc.collect()
    return [process.memory_info().rss for process in processes]
