from __future__ import annotations

from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING

from services.api import safeguards
from services.api.app import app
from services.api.arrivals import Arrivals
from services.api.reads import Reads
from services.api.sse.feed import Feed
from services.api.sse.hub import Hub
from services.runtime import http
from services.runtime.blobs import Blobs
from services.runtime.database import Database, Listener
from services.runtime.publisher import Publisher
from services.runtime.topology import topology

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from services.api.settings import ApiSettings

NAME = "heatstream-api"


@asynccontextmanager
async def gateway(settings: ApiSettings) -> AsyncIterator[int]:
    """The gateway at work; yields its port. On leaving, streams end first, or the server would wait for them."""
    hub, arrivals = Hub(settings.stream_buffer), Arrivals()

    def wake(batch_ids: frozenset[str]) -> None:
        hub.stir(batch_ids)
        arrivals.stir(batch_ids)

    async with AsyncExitStack() as stack:
        blobs = Blobs(settings.blob_url)
        publisher = await stack.enter_async_context(
            Publisher(
                settings.amqp_url.get_secret_value(),
                NAME,
                topology(settings.partitions, settings.history_days),
                wait_seconds=settings.broker_wait_seconds,
            )
        )
        url = settings.database_url.get_secret_value()
        database = await stack.enter_async_context(
            Database(url, name=NAME, most_connections=settings.database_connections)
        )
        reads = Reads(database, arrivals, settings.read_after_write_seconds)
        await stack.enter_async_context(Feed(hub, reads, settings.poll_seconds))
        listener = await stack.enter_async_context(Listener(url, name=f"{NAME}-listen", wake=wake))

        async def connected() -> bool:
            return publisher.up

        async def listening() -> bool:
            return listener.up

        checks = {"broker": connected, "database": database.answers, "listener": listening}
        served = app(settings, blobs=blobs, publisher=publisher, database=database, reads=reads, hub=hub, checks=checks)
        serving = http.serve(
            served,
            settings.http_host,
            settings.http_port,
            limits=safeguards.limits(settings),
            headers=safeguards.ALWAYS,
        )
        port = await stack.enter_async_context(serving)
        stack.callback(hub.close)
        yield port
