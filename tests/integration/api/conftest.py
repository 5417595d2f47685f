from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Protocol

import aio_pika
import asyncpg
import httpx2
import pytest
from pydantic import SecretStr

from services.api.gateway import gateway
from services.api.settings import ApiSettings
from services.runtime.database import _speak_jsonb
from services.runtime.topology import COMMANDS, declare, topology
from tests.integration.api.ledger import Ledger

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from contextlib import AbstractAsyncContextManager
    from pathlib import Path

    from aio_pika.abc import AbstractIncomingMessage, AbstractQueue

PATIENCE_SECONDS = 20


class Serve(Protocol):
    def __call__(self, *, ready: bool = True, **changed: object) -> AbstractAsyncContextManager[httpx2.AsyncClient]:
        """Start a gateway with these settings on top of the usual ones, and a client of it."""


class Sent:
    """What reached the broker: a queue of the test's own beside the real one."""

    def __init__(self, queue: AbstractQueue) -> None:
        self._queue = queue

    async def also(self, exchange: str) -> None:
        """What is said there, too."""
        await self._queue.bind(exchange)

    async def next(self) -> AbstractIncomingMessage:
        async with self._queue.iterator(timeout=PATIENCE_SECONDS) as messages:
            message = await anext(messages)
            await message.ack()
        return message


@pytest.fixture
def blob_path(tmp_path: Path) -> Path:
    return tmp_path / "blobs"


@pytest.fixture
def serve(database_url: str, amqp_url: str, blob_path: Path) -> Serve:
    """The gateway as it runs in earnest: with its own role in the database, and over a real socket."""

    @asynccontextmanager
    async def served(*, ready: bool = True, **changed: object) -> AsyncIterator[httpx2.AsyncClient]:
        usual = {
            "database_url": SecretStr(f"{database_url}?role=heatstream_api"),
            "amqp_url": SecretStr(amqp_url),
            "blob_url": f"file://{blob_path}",
            "http_port": 0,
        }
        async with (
            gateway(ApiSettings.model_validate({**usual, **changed})) as port,
            httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=PATIENCE_SECONDS) as client,
        ):
            while ready and (await client.get("/health/ready")).is_error:
                pass
            yield client

    return served


@pytest.fixture
async def api(serve: Serve) -> AsyncIterator[httpx2.AsyncClient]:
    async with serve() as client:
        yield client


@pytest.fixture
async def ledger(database_url: str) -> AsyncIterator[Ledger]:
    connection = await asyncpg.connect(database_url)
    await _speak_jsonb(connection)
    yield Ledger(connection)
    await connection.close()


@pytest.fixture
async def sent(amqp_url: str) -> AsyncIterator[Sent]:
    async with await aio_pika.connect(amqp_url) as connection:
        channel = await connection.channel()
        await declare(channel, topology(1, 35))
        queue = await channel.declare_queue(exclusive=True)
        await queue.bind(COMMANDS, "#")
        yield Sent(queue)
