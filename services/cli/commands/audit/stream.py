from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import aio_pika

from services.cli.failures import Unusable
from services.cli.steps import showing
from services.projector.audit.history import History
from services.runtime.link import CONNECT_SECONDS, GONE
from services.runtime.settings import Settings

if TYPE_CHECKING:
    from uuid import UUID

    from services.projector.audit.difference import Difference


def differences(
    url: str, amqp_url: str | None, batches: list[UUID] | None, checked: dict[str, int]
) -> list[Difference]:
    """Where log and stream disagree. Raises Unusable when the broker cannot be reached, or Transient the database."""

    async def compared() -> list[Difference]:
        settings = Settings()
        async with asyncio.timeout(CONNECT_SECONDS):
            broker = amqp_url or settings.amqp_url.get_secret_value()
            connection = await aio_pika.connect(broker, client_properties={"connection_name": "heatstream-audit"})
        async with connection:
            history = History(url, settings.partitions, batches)
            with showing() as show:
                found = await history.differences(connection, lambda *done: show("messages of the stream", *done))
        checked["events_of_the_stream"] = history.events
        if history.not_folded_yet:
            checked["not_folded_yet"] = history.not_folded_yet
        return found

    try:
        return asyncio.run(compared())
    except (*GONE, ValueError) as away:
        raise Unusable(f"the message broker cannot be reached: {away or 'it does not answer'}") from away
