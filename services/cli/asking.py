from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from aio_pika.exceptions import ChannelNotFoundEntity, PublishError
from pydantic import TypeAdapter, ValidationError

from schema.answers import Accepted, Answer, Rejected
from schema.errors import Transient
from services.cli.broker import connected
from services.cli.failures import Unusable
from services.runtime.clock import new_id
from services.runtime.command_message import command_message
from services.runtime.outgoing import CONFIRM_SECONDS
from services.runtime.topology import COMMANDS

if TYPE_CHECKING:
    from aio_pika.abc import AbstractChannel, AbstractIncomingMessage

    from schema.commands import AnyCommand

APP_ID = "heatstream-cli"
_ANSWER: TypeAdapter[Accepted | Rejected] = TypeAdapter(Answer)


async def ask(url: str, command: AnyCommand, seconds: float) -> Accepted | Rejected | None:
    """Send a command and wait so long for its answer; None where none came: the command itself is on disk then.

    Raises Unusable where it could not be sent, Transient and what `link.GONE` has where nobody knows.
    """
    async with connected(url, "heatstream-send") as connection:
        channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
        came: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        answers = await channel.declare_queue(exclusive=True)

        async def take(message: AbstractIncomingMessage) -> None:
            if not came.done():
                came.set_result(message.body)

        def cut(*_: object) -> None:
            if not came.done():
                came.set_exception(Transient("the connection was cut"))

        await answers.consume(take, no_ack=True)
        await _publish(channel, command, answers.name)
        channel.close_callbacks.add(cut)
        try:
            return _read(await asyncio.wait_for(came, seconds))
        except TimeoutError:
            return None


async def _publish(channel: AbstractChannel, command: AnyCommand, reply_to: str) -> None:
    """Return when the broker has the command on disk."""
    message = command_message(command, app_id=APP_ID, correlation_id=str(new_id()), reply_to=reply_to)
    try:
        await channel.get_exchange(COMMANDS)
        publishing = await channel.get_underlay_channel()
        await publishing.basic_publish(
            message.body,
            exchange=COMMANDS,
            routing_key=command.TYPE,
            properties=message.properties,
            mandatory=True,
            timeout=CONFIRM_SECONDS,
        )
    except (ChannelNotFoundEntity, PublishError) as nowhere:
        raise Unusable(
            "nothing at the message broker takes commands, so nothing was sent: is it the right one? Heatstream's"
            f" services make {COMMANDS} when they start"
        ) from nowhere


def _read(body: bytes) -> Accepted | Rejected:
    try:
        return _ANSWER.validate_json(body)
    except ValidationError:
        raise Unusable("the answer cannot be read: is the worker of another version than this program?") from None
