from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, TypeVar

import aio_pika

from schema.errors import Transient
from services.cli.failures import Unusable
from services.runtime import log
from services.runtime.link import CONNECT_SECONDS, GONE

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Coroutine

    from aio_pika.abc import AbstractConnection

T = TypeVar("T")


@asynccontextmanager
async def connected(url: str, name: str) -> AsyncIterator[AbstractConnection]:
    """Raises Unusable when the broker cannot be reached."""
    try:
        async with asyncio.timeout(CONNECT_SECONDS):
            connection = await aio_pika.connect(url, client_properties={"connection_name": name})
    except (*GONE, ValueError) as away:
        raise Unusable(
            f"the message broker cannot be reached: {away or 'it does not answer'}; HEATSTREAM_AMQP_URL or --amqp-url"
            " says where it is"
        ) from away
    async with connection:
        yield connection


def at_the_broker(work: Coroutine[None, None, T], *, then: str) -> T:
    """Run it. Raises Unusable when the broker goes away in the middle; `then` says what that means, and what to do."""
    log.configure("cli", "warning")
    try:
        return asyncio.run(work)
    except (*GONE, Transient) as gone:
        raise Unusable(f"the message broker went away: {gone}; {then}") from gone
