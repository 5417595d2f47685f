from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Self, cast

from aio_pika.exceptions import DeliveryError, PublishError

from schema.errors import Transient
from services.runtime.link import GONE, Link
from services.runtime.outgoing import Outgoing
from services.runtime.topology import Topology, declare

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from aio_pika import Message
    from aio_pika.abc import AbstractChannel, AbstractConnection
    from aiormq import Channel

    from services.runtime.command_message import CommandMessage


class Nowhere(Transient):
    """The broker has nobody to give the message to."""


class Publisher:
    """Publishes and knows that it arrived: confirmed, mandatory, a return raises, so many at a time.

    `publish` returns when the broker has the message on disk in every queue it goes to. It raises Transient when the
    broker is away for longer than `wait_seconds`, refuses, or does not answer: the message may then have arrived or
    not, and publishing it again must be harmless.
    """

    def __init__(
        self, url: str, name: str, topology: Topology, *, outstanding: int = 256, wait_seconds: float = 10.0
    ) -> None:
        self._topology, self._wait_seconds = topology, wait_seconds
        self._slots = asyncio.Semaphore(outstanding)
        self._link = Link(url, name, self._session)

    @property
    def up(self) -> bool:
        return self._link.up

    async def __aenter__(self) -> Self:
        await self._link.__aenter__()
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self._link.__aexit__(*exc)

    async def publish(
        self, exchange: str, routing_key: str, message: Message | CommandMessage, *, mandatory: bool = True
    ) -> None:
        """Not `mandatory` is what may find nobody who listens, and is fine then."""
        async with self._slots:
            await self._link.wait_up(self._wait_seconds)
            try:
                await self._outgoing.publish(
                    exchange, routing_key, message.body, message.properties, mandatory=mandatory
                )
            except PublishError as returned:
                raise Nowhere(f"no queue takes {routing_key!r} of exchange {exchange!r}: {returned}") from returned
            except DeliveryError as refused:
                raise Transient(f"the message broker refused: {refused!r}") from refused
            except GONE as gone:
                self._broken.set()
                await asyncio.sleep(0)  # who tries again at once must leave the link a moment to see it
                raise Transient(f"the message broker did not confirm: {gone!r}") from gone

    @asynccontextmanager
    async def _session(self, connection: AbstractConnection, broken: asyncio.Event) -> AsyncIterator[None]:
        channel: AbstractChannel = await connection.channel(publisher_confirms=True, on_return_raises=True)
        channel.close_callbacks.add(lambda *_: broken.set())
        self._broken = broken
        await declare(channel, self._topology)
        self._outgoing = Outgoing(cast("Channel", await channel.get_underlay_channel()))
        yield
