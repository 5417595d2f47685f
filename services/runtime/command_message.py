from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from aio_pika import DeliveryMode
from pamqp.commands import Basic

from schema.commands import VERSION_HEADER
from services.runtime.clock import new_id, now

if TYPE_CHECKING:
    from schema.commands import AnyCommand


class CommandMessage(NamedTuple):
    """What a channel publishes. Half of what `aio_pika.Message` costs is to be changed later, which this is not."""

    body: bytes
    properties: Basic.Properties


def command_message(
    command: AnyCommand,
    *,
    app_id: str,
    correlation_id: str | None = None,
    reply_to: str | None = None,
    traceparent: str | None = None,
) -> CommandMessage:
    """A command as it goes to the exchange `heatstream.commands`, with its type as the routing key."""
    return CommandMessage(
        command.model_dump_json(exclude_none=True).encode(),
        Basic.Properties(
            content_type="application/json",
            headers={VERSION_HEADER: command.VERSION}
            if traceparent is None
            else {VERSION_HEADER: command.VERSION, "traceparent": traceparent},
            delivery_mode=DeliveryMode.PERSISTENT,
            correlation_id=correlation_id,
            reply_to=reply_to,
            message_id=str(new_id()),
            timestamp=now(),
            message_type=command.TYPE,
            app_id=app_id,
        ),
    )
