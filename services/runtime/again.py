from __future__ import annotations

from typing import TYPE_CHECKING

from aio_pika import DeliveryMode, Message

if TYPE_CHECKING:
    from collections.abc import Collection

    from aio_pika.abc import AbstractIncomingMessage, HeadersType

#: Headers that the broker writes; carried over into a forward they read as a cycle, and the copy is dropped.
BROKERS_OWN = ("x-death", "x-first-death-", "x-last-death-", "x-delivery-count")


def again(
    message: AbstractIncomingMessage, *, adding: HeadersType | None = None, without: Collection[str] = ()
) -> Message:
    """The message once more, to be published: as its sender wrote it, `adding` headers and `without` others."""
    kept = {
        name: value
        for name, value in message.headers.items()
        if name not in without and not name.startswith(BROKERS_OWN)
    }
    return Message(
        message.body,
        headers={**kept, **(adding or {})},
        content_type=message.content_type,
        content_encoding=message.content_encoding,
        delivery_mode=DeliveryMode.PERSISTENT,
        correlation_id=message.correlation_id,
        reply_to=message.reply_to,
        message_id=message.message_id,
        timestamp=message.timestamp,
        type=message.type,
        app_id=message.app_id,
    )
