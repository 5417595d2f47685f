from __future__ import annotations

from typing import TYPE_CHECKING

from aio_pika import DeliveryMode, Message

from schema.commands import VERSION_HEADER
from services.runtime.clock import new_id, now

if TYPE_CHECKING:
    from aio_pika.abc import HeadersType

    from schema.commands import AnyCommand


def command_message(
    command: AnyCommand,
    *,
    app_id: str,
    correlation_id: str | None = None,
    reply_to: str | None = None,
    traceparent: str | None = None,
) -> Message:
    """A command as it goes to the exchange `heatstream.commands`, with its type as the routing key."""
    headers: HeadersType = {VERSION_HEADER: command.VERSION}
    if traceparent is not None:
        headers["traceparent"] = traceparent
    return Message(
        command.model_dump_json(exclude_none=True).encode(),
        content_type="application/json",
        delivery_mode=DeliveryMode.PERSISTENT,
        message_id=str(new_id()),
        type=command.TYPE,
        timestamp=now(),
        correlation_id=correlation_id,
        reply_to=reply_to,
        app_id=app_id,
        headers=headers,
    )
