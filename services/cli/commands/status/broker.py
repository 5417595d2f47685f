from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

import orjson
from aio_pika.exceptions import ChannelNotFoundEntity

from services.cli.commands.status.state import Queue
from services.runtime.topology import HISTORY

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Iterator

    from aio_pika.abc import AbstractConnection, AbstractIncomingMessage

PREFETCH = 500
#: A stream does not say where it ends, only where its last chunk begins: after that, and such a silence, it is over.
SILENCE_SECONDS = 0.3
FIRST_SECONDS = 1.5
MOST_SECONDS = 5.0
MOST_EVENTS = 50_000


class Published(NamedTuple):
    """An event as the history has it."""

    id: UUID
    batch_id: UUID
    at: datetime


class History(NamedTuple):
    """What the history has since a moment; not `whole` where there was more of it than is read here."""

    events: list[Published]
    whole: bool


async def queues(connection: AbstractConnection, names: Iterable[str]) -> list[Queue]:
    """Each queue, with None for its figures where it is not there."""
    found: list[Queue] = []
    for name in names:
        messages = consumers = None
        channel = await connection.channel(
            publisher_confirms=False
        )  # one each: the broker closes it over a missing one
        with suppress(ChannelNotFoundEntity):
            declared = (await channel.declare_queue(name, passive=True)).declaration_result
            messages, consumers = declared.message_count, declared.consumer_count
        await channel.close()
        found.append(Queue(name, messages, consumers))
    return found


async def history(connection: AbstractConnection, since: datetime | None) -> History:
    """The events of the history from a moment on (its clock, in whole seconds), or from its beginning."""
    found: list[Published] = []
    clock = asyncio.get_running_loop().time
    over = clock() + MOST_SECONDS
    async with _reading(connection, "last") as arrived:
        try:
            async with asyncio.timeout(FIRST_SECONDS):
                end = _offset(await arrived.get())
        except TimeoutError:
            return History(found, whole=True)  # it is empty
    async with _reading(connection, since or "first") as arrived:
        reached = -1
        while clock() < over and len(found) < MOST_EVENTS:
            try:
                async with asyncio.timeout(SILENCE_SECONDS):
                    message = await arrived.get()
            except TimeoutError:
                if reached >= end:
                    return History(found, whole=True)
                continue
            reached = _offset(message)
            found.extend(_read(message.body))
            await message.ack()
    return History(found, whole=False)


@asynccontextmanager
async def _reading(
    connection: AbstractConnection, since: datetime | str
) -> AsyncIterator[asyncio.Queue[AbstractIncomingMessage]]:
    arrived: asyncio.Queue[AbstractIncomingMessage] = asyncio.Queue()
    async with await connection.channel(publisher_confirms=False) as channel:
        await channel.set_qos(prefetch_count=PREFETCH)
        stream = await channel.get_queue(HISTORY, ensure=False)
        await stream.consume(arrived.put, arguments={"x-stream-offset": since})
        yield arrived


def _offset(message: AbstractIncomingMessage) -> int:
    return int(str(message.headers["x-stream-offset"]))


def _read(body: bytes) -> Iterator[Published]:
    """The events of a message; what cannot be read is left out, for nobody could find it again by its id."""
    with suppress(orjson.JSONDecodeError, TypeError):
        for event in orjson.loads(body):
            with suppress(TypeError, KeyError, ValueError, AttributeError):
                yield Published(UUID(event["id"]), UUID(event["subject"]), datetime.fromisoformat(event["time"]))
