from __future__ import annotations

from typing import TYPE_CHECKING

from services.cli.addresses import broker_url
from services.cli.broker import at_the_broker, connected
from services.cli.steps import showing
from services.projector.audit.history import History
from services.runtime.settings import Settings

if TYPE_CHECKING:
    from uuid import UUID

    from services.projector.audit.difference import Difference


def differences(
    url: str, amqp_url: str | None, batches: list[UUID] | None, checked: dict[str, int]
) -> list[Difference]:
    """Where log and stream disagree. Raises Unusable when the broker cannot be reached, or Transient the database."""

    async def compared() -> list[Difference]:
        async with connected(broker_url(amqp_url), "heatstream-audit") as connection:
            history = History(url, Settings().partitions, batches)
            with showing() as show:
                found = await history.differences(connection, lambda *done: show("messages of the stream", *done))
        checked["events_of_the_stream"] = history.events
        if history.not_folded_yet:
            checked["not_folded_yet"] = history.not_folded_yet
        return found

    return at_the_broker(compared(), then="run it again")
