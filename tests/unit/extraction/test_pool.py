from __future__ import annotations

import asyncio
import json
import os
import signal
from typing import TYPE_CHECKING

import pytest

from schema.errors import Transient
from services.worker.extraction import Sandbox
from services.worker.extraction.sheet import read_sheet
from tests.unit.extraction import hostile
from tests.unit.extraction.hostile_pdfs import GOOD
from tests.unit.extraction.processes import gone, spares, told

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


@pytest.fixture(scope="module")
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox() as opened:
        yield opened


async def test_who_is_taken_is_replaced_before_the_next_comes(sandbox: Sandbox) -> None:
    seen = json.loads(await sandbox.run(hostile.describe, b""))
    server = seen["parent"]
    waiting = await spares(server, seen["pid"])
    taken = {json.loads(await sandbox.run(hostile.describe, b""))["pid"] for _ in waiting}

    assert taken == waiting
    assert all([await gone(pid, 5) for pid in taken])
    assert not await spares(server) & taken


@pytest.mark.parametrize("spares_wanted", [0, 1])
async def test_what_every_reading_needs_is_built_once_unless_there_is_one_reading_only(spares_wanted: int) -> None:
    async with Sandbox(spares=spares_wanted) as sandbox:
        assert await sandbox.run(hostile.count_languages, b"") == str(spares_wanted).encode()


async def test_a_child_that_died_while_it_waited_costs_nothing(sandbox: Sandbox) -> None:
    seen = json.loads(await sandbox.run(hostile.describe, b""))
    for waiting in await spares(seen["parent"], seen["pid"]):
        os.kill(waiting, signal.SIGKILL)
        assert await gone(waiting, 2)

    assert (await sandbox.read(GOOD.pdf)).sheet() == read_sheet(GOOD.pdf)


async def test_a_fork_server_that_went_is_started_anew() -> None:
    async with Sandbox() as sandbox:
        seen = json.loads(await sandbox.run(hostile.describe, b""))
        os.kill(seen["parent"], signal.SIGKILL)
        assert await gone(seen["parent"], 2)

        assert (await sandbox.read(GOOD.pdf)).sheet() == read_sheet(GOOD.pdf)


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
        seen = json.loads(await sandbox.run(hostile.describe, b""))
        children = await spares(seen["parent"], seen["pid"])

    assert [pid for pid in (seen["parent"], *children) if not await gone(pid, 2)] == []
