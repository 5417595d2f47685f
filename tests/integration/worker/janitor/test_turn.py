"""Whose turn it is, and what a round does whatever becomes of its chores."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

import pytest

from schema.errors import Transient
from services.worker.janitor.janitor import Janitor, Round
from services.worker.janitor.turn import Turn
from tests.conftest import execute
from tests.integration.line import Line

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

PATIENCE_SECONDS = 40
KILL = (
    "SELECT pg_terminate_backend(pid, 5000) FROM pg_locks JOIN pg_database d ON d.oid = database"
    " WHERE locktype = 'advisory' AND granted AND datname = current_database()"
)


class Swept:
    """A chore that counts its runs."""

    def __init__(self) -> None:
        self.runs = 0
        self._ran = asyncio.Condition()

    async def __call__(self) -> int:
        async with self._ran:
            self.runs += 1
            self._ran.notify_all()
        return 1

    async def until(self, runs: int) -> None:
        async with asyncio.timeout(PATIENCE_SECONDS), self._ran:
            await self._ran.wait_for(lambda: self.runs >= runs)


@pytest.fixture
async def turn(database_url: str) -> AsyncIterator[Callable[[], Turn]]:
    """Makes turns, as so many workers would have them."""
    async with AsyncExitStack() as stack:
        turns = [await stack.enter_async_context(Turn(database_url)) for _ in range(2)]
        yield iter(turns).__next__


async def test_one_works_and_another_takes_over_when_its_connection_is_gone(
    turn: Callable[[], Turn], database_url: str
) -> None:
    chores = Swept(), Swept()
    first, second = (Janitor({"swept": chore}, turn(), 30, asyncio.Event()) for chore in chores)
    assert await first.round() == Round({"swept": 1}, ())
    assert await second.round() is None
    assert await first.round() is not None

    await execute(database_url, KILL)

    assert await second.round() is not None
    assert [await first.round(), await first.round()] == [None, None]
    assert [chore.runs for chore in chores] == [2, 1]


async def test_another_takes_over_from_one_that_ends(turn: Callable[[], Turn], database_url: str) -> None:
    async with Turn(database_url) as ending:
        assert await ending.mine()
        waiting = turn()
        assert not await waiting.mine()
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not await waiting.mine():  # noqa: ASYNC110 - the server sees the end a moment later
            await asyncio.sleep(0.02)


async def test_who_loses_its_turn_begins_no_further_chore(turn: Callable[[], Turn], database_url: str) -> None:
    swept = Swept()

    async def killing() -> None:
        await execute(database_url, KILL)

    assert await Janitor({"killing": killing, "swept": swept}, turn(), 30, asyncio.Event()).round() is None
    assert swept.runs == 0


async def test_a_chore_that_fails_or_hangs_does_not_stop_the_others(turn: Callable[[], Turn]) -> None:
    swept = Swept()

    async def broken() -> None:
        raise ZeroDivisionError

    async def away() -> None:
        raise Transient("the mail server is away")

    async def hanging() -> None:
        await asyncio.Event().wait()

    janitor = Janitor(
        {"broken": broken, "away": away, "hanging": hanging, "swept": swept},
        turn(),
        30,
        asyncio.Event(),
        chore_seconds=0.2,
    )
    for _ in range(2):
        assert await janitor.round() == Round({"swept": 1}, ("broken", "away", "hanging"))
    assert janitor.failures == {"broken": 2, "away": 2, "hanging": 2}


async def test_who_calls_it_has_a_round_at_once_and_another_behind_one_that_is_under_way(
    turn: Callable[[], Turn],
) -> None:
    called, swept, gate = asyncio.Event(), Swept(), asyncio.Event()

    async def slow() -> None:
        await gate.wait()

    called.set()
    async with Janitor({"swept": swept, "slow": slow}, turn(), 1e6, called):
        await swept.until(1)
        called.set()
        gate.set()
        await swept.until(2)


async def test_it_comes_back_with_the_database(database_url: str) -> None:
    swept = Swept()
    async with (
        Line(database_url).laid() as line,
        Turn(line.url) as turn,
        Janitor({"swept": swept}, turn, 0.05, asyncio.Event()),
    ):
        await swept.until(2)
        line.cut()
        assert not await turn.mine()
        runs = swept.runs
        line.mend()
        await swept.until(runs + 2)


async def test_it_starts_without_a_database(database_url: str) -> None:
    swept = Swept()
    async with Line(database_url).laid() as line:
        line.cut()
        async with Turn(line.url) as turn, Janitor({"swept": swept}, turn, 0.05, asyncio.Event()):
            assert not await turn.mine()
            line.mend()
            await swept.until(1)
