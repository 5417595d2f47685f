from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from services.worker.extraction import Limits, Sandbox
from tests.fuzz.rounds import fullest_page, outcomes
from tests.samples.families import FAMILIES

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

MUTATIONS = 200
SEED = 20260711
LIMITS = Limits(memory_bytes=512 * 1024 * 1024, cpu_seconds=20, wall_seconds=40)
#: Much more than any takes, and much less than a reading may.
MOST_SECONDS = 10


@pytest.fixture(scope="module")
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox(LIMITS) as opened:
        yield opened


@pytest.mark.parametrize("family", FAMILIES)
async def test_a_damaged_sheet_ends_in_a_sheet_or_an_error_with_a_name(sandbox: Sandbox, family: str) -> None:
    found = await outcomes(sandbox, family, fullest_page(FAMILIES[family](2).pdf), SEED, range(MUTATIONS))

    assert found.bugs == []
    assert found.ends.total() == MUTATIONS
    assert found.slowest_seconds < MOST_SECONDS
    assert len(found.ends) > 1  # else the damage does not reach what is read
