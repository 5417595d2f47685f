from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from services.runtime.database import Database
from services.worker.work_lock import WorkLock
from tests.integration.worker.waiting import until_somebody_waits_for_a_lock

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

ONE, OTHER = "0f" * 16, "f0" * 16


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    async with Database(database_url, name="test") as opened:
        yield opened


async def test_one_at_a_time_holds_the_lock_of_a_sheet(database: Database, database_url: str) -> None:
    lock = WorkLock(database, 20)
    order: list[str] = []

    async def second() -> None:
        async with lock.held(ONE):
            order.append("second")

    async with lock.held(ONE):
        waiting = asyncio.create_task(second())
        async with lock.held(OTHER):  # another sheet's is free
            await until_somebody_waits_for_a_lock(database_url)
        order.append("first")
    await waiting

    assert order == ["first", "second"]


async def test_a_lock_that_is_not_given_back_costs_no_more_than_patience(database: Database) -> None:
    entered = False
    async with WorkLock(database, 20).held(ONE), WorkLock(database, 0.2).held(ONE):
        entered = True
    assert entered


async def test_who_stops_waiting_leaves_nothing_behind(database: Database, database_url: str) -> None:
    lock = WorkLock(database, 20)
    async with lock.held(ONE):
        waiting = asyncio.create_task(lock.held(ONE).__aenter__())
        await until_somebody_waits_for_a_lock(database_url)
        waiting.cancel()
        await asyncio.wait((waiting,))
    async with asyncio.timeout(5), lock.held(ONE):
        pass


async def test_a_fault_of_the_reading_is_not_taken_for_the_databases(database: Database) -> None:
    with pytest.raises(OSError, match="the disk"):
        async with WorkLock(database, 20).held(ONE):
            raise OSError("the disk")
