from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.integration.projector.rig import Rig, rigged

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@pytest.fixture
async def rig(amqp_url: str, database_url: str) -> AsyncIterator[Rig]:
    async with rigged(amqp_url, database_url) as rig:
        yield rig
