"""Projectors join, die, freeze and leave while load runs: shares stay even, and every batch keeps its order."""

from __future__ import annotations

import dataclasses
import os
from typing import TYPE_CHECKING

import pytest

from tests.chaos.strikes import Strikes, striking

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from pathlib import Path

    from deploy.local.servers import Servers

HEARTBEAT_SECONDS = 3
ROUNDS = 6 if "HEATSTREAM_CHAOS" in os.environ else 1
#: A machine that is busy otherwise may starve one take-over of its second; a design that needs longer fails each.
TRIES = 3


@pytest.fixture
async def strikes(private_servers: Servers, database_url: str, amqp_url: str, tmp_path: Path) -> AsyncIterator[Strikes]:
    servers = dataclasses.replace(private_servers, database_url=database_url, amqp_url=amqp_url)
    async with striking(
        servers, tmp_path, partitions=6, heartbeat_seconds=HEARTBEAT_SECONDS, events_a_second=300
    ) as strikes:
        yield strikes


async def within(seconds: float, strike: Callable[[], Awaitable[float]], strikes: Strikes) -> None:
    """Strike one of several until it is made good in that time, `TRIES` times at most."""
    took: list[float] = []
    while not took or took[-1] > seconds:
        assert len(took) < TRIES, f"{took} seconds, and {seconds} are allowed"
        if len(strikes.up) == 1:
            await strikes.join(1)
        took.append(await strike())


@pytest.mark.timeout(120 * ROUNDS)
async def test_shares_stay_even_and_every_batch_keeps_its_order(strikes: Strikes) -> None:
    await strikes.join(1)
    for _ in range(ROUNDS):
        assert await strikes.join(3 - len(strikes.up)) <= 5
        await within(1, strikes.kill, strikes)
        frozen = strikes.up[0]
        await within(2 * HEARTBEAT_SECONDS, strikes.freeze, strikes)
        assert frozen.said("sharing.session_lost")
        await within(5, strikes.leave, strikes)
    await strikes.load.stop()
    await strikes.load.whole()
