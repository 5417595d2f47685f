from __future__ import annotations

from typing import TYPE_CHECKING

import aio_pika
import pytest
from pydantic import SecretStr

from services.runtime.blobs import Blobs
from services.worker.settings import WorkerSettings
from services.worker.worker import working
from tests.integration.web import Web
from tests.integration.worker.rig import Rig, StubReader

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from pathlib import Path


@pytest.fixture
def settings(amqp_url: str, database_url: str, tmp_path: Path, web: Web) -> WorkerSettings:
    return WorkerSettings(
        amqp_url=SecretStr(amqp_url),
        database_url=SecretStr(database_url),
        blob_url=f"file://{tmp_path}/blobs",
        job_slots=2,
        max_pdfs=3,
        allowed_hosts=frozenset({web.host}),
        drain_seconds=2,
        grace_seconds=3,
    )


@pytest.fixture
async def rig(settings: WorkerSettings) -> AsyncIterator[Rig]:
    """A program at the broker, and no worker yet."""
    async with await aio_pika.connect(settings.amqp_url.get_secret_value()) as connection:
        rig = Rig(await connection.channel(), Blobs(settings.blob_url), StubReader())
        await rig.open(settings)
        yield rig


@pytest.fixture
async def worker(settings: WorkerSettings, rig: Rig) -> AsyncIterator[Callable[[], Awaitable[bool]]]:
    """A worker on the real broker and database, with a reader that reads what the test says."""
    async with working(settings, rig.reader) as taking:
        yield taking
