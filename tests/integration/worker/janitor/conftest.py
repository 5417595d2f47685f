from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from services.runtime.database import Database
from services.runtime.event_publisher import EventPublisher
from services.runtime.publisher import Publisher
from services.worker.janitor.depths import Depths
from tests.conftest import TOPOLOGY
from tests.integration.projector.rig import projecting, rigged
from tests.integration.worker.janitor.house import House

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.integration.projector.rig import Rig as Said


@pytest.fixture
async def house(amqp_url: str, database_url: str) -> AsyncIterator[House]:
    async with (
        Database(database_url, name="test") as database,
        Publisher(amqp_url, "test", TOPOLOGY) as publisher,
        EventPublisher(publisher, 1) as events,
        Depths(amqp_url, "test-depths") as depths,
    ):
        yield House(database, publisher, events, depths)


@pytest.fixture
async def said(amqp_url: str, database_url: str) -> AsyncIterator[Said]:
    """What is said of batches, with a projector that records it."""
    async with rigged(amqp_url, database_url) as said, projecting(amqp_url, database_url):
        yield said
