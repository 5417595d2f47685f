from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

import pytest

from services.api.problems import Unavailable
from services.api.turns import Turns


async def test_one_address_has_half_of_the_turns_and_another_one_has_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.api.turns.WAIT_SECONDS", 0.01)
    turns = Turns(4)
    async with AsyncExitStack() as held:
        for who in "aab":
            await held.enter_async_context(turns.turn(who))
        with pytest.raises(Unavailable):
            await held.enter_async_context(turns.turn("a"))
        await held.enter_async_context(turns.turn("c"))
        with pytest.raises(Unavailable):
            await held.enter_async_context(turns.turn("d"))
    async with AsyncExitStack() as held:
        for who in "aabb":
            await held.enter_async_context(turns.turn(who))
    assert turns._shares == {}


async def test_who_waits_gets_the_turn_that_another_gives_back() -> None:
    turns = Turns(1)

    async def second() -> None:
        async with turns.turn("b"):
            pass

    async with turns.turn("a"):
        waiting = asyncio.create_task(second())
        await asyncio.sleep(0)
        assert not waiting.done()
    await waiting


async def test_who_leaves_while_waiting_keeps_no_turn() -> None:
    turns = Turns(1)
    async with turns.turn("a"):
        leaving = asyncio.create_task(turns.turn("b").__aenter__())
        await asyncio.sleep(0)
        leaving.cancel()
        await asyncio.wait({leaving})
    async with turns.turn("c"):
        pass
