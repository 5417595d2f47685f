"""Messages past aio-pika, from the real broker: of any size, in order, over TLS as well."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

import aio_pika
import pytest

from services.runtime.link import Connection, Link
from tests.integration.line import Line
from tests.integration.worker.mail.certificate import self_made

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

PATIENCE_SECONDS = 20
FRAME_BYTES = 131_072  # what RabbitMQ agrees to
SIZES = [0, 1, FRAME_BYTES - 8, FRAME_BYTES - 7, 3 * FRAME_BYTES, 10]


@asynccontextmanager
async def encrypted(amqp_url: str, folder: Path) -> AsyncIterator[str]:
    """The URL of the same broker behind TLS."""
    known, context = self_made(folder)
    at = urlsplit(amqp_url)
    async with Line(amqp_url).laid(encrypted=context) as line:
        port = urlsplit(line.url).port
        yield f"amqps://{at.username}:{at.password}@127.0.0.1:{port}{at.path}?cafile={quote(str(known))}"


@pytest.mark.parametrize("tls", [False, True], ids=["plain", "tls"])
async def test_messages_come_whole_and_in_order(amqp_url: str, tmp_path: Path, tls: bool) -> None:  # noqa: FBT001 - pytest gives it by name
    taken: list[tuple[int, bytes]] = []
    all_taken = asyncio.Event()

    def take(tag: int, body: bytes) -> None:
        taken.append((tag, body))
        if len(taken) == len(SIZES):
            all_taken.set()

    @asynccontextmanager
    async def session(connection: Connection, _: asyncio.Event) -> AsyncIterator[None]:
        channel = await connection.channel()
        queue = await channel.declare_queue(exclusive=True)
        underlay = await channel.get_underlay_channel()
        await connection.deliveries.consume(underlay, queue.name, take)
        for size in SIZES:
            message = aio_pika.Message(b"x" * size, headers={"h": "v"})
            await channel.default_exchange.publish(message, queue.name)
        yield

    async with asyncio.timeout(PATIENCE_SECONDS):
        if tls:
            async with encrypted(amqp_url, tmp_path) as url, Link(url, "test", session):
                await all_taken.wait()
        else:
            async with Link(amqp_url, "test", session):
                await all_taken.wait()
    assert taken == [(tag, b"x" * size) for tag, size in enumerate(SIZES, start=1)]
