from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

import orjson
from aio_pika.exceptions import ChannelNotFoundEntity

from services.runtime.history import SILENCE_SECONDS, end, reading
from services.runtime.status.state import Queue

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from aio_pika.abc import AbstractConnection

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
    if (newest := await end(connection)) is None:
        return History(found, whole=True)
    clock, reached = asyncio.get_running_loop().time, -1
    over = clock() + MOST_SECONDS
    async with reading(connection, since or "first") as reader:
        while reached < newest and clock() < over and len(found) < MOST_EVENTS:
            if (message := await reader.next(SILENCE_SECONDS)) is None:
                break  # nothing since then
            reached = message.offset
            found.extend(_read(message.body))
            await reader.acknowledge(message)
    return History(found, whole=reached >= newest or reached < 0)


def _read(body: bytes) -> Iterator[Published]:
    """The events of a message; what cannot be read is left out, for nobody could find it again by its id."""
    with suppress(orjson.JSONDecodeError, TypeError):
        for event in orjson.loads(body):
            with suppress(TypeError, KeyError, ValueError, AttributeError):
                yield Published(UUID(event["id"]), UUID(event["subject"]), datetime.fromisoformat(event["time"]))
