from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeVar

import structlog
from aio_pika import Message

from schema.errors import Transient
from services.runtime.command_message import command_message
from services.runtime.topology import COMMANDS, CONTROL, SWEEP

if TYPE_CHECKING:
    from collections.abc import Sequence

    from schema.commands import AnyCommand
    from services.runtime.publisher import Publisher

log = structlog.get_logger()
Sent = TypeVar("Sent", bound="AnyCommand")
APP_ID = "heatstream-api"


class Commands:
    """The gateway's way to the broker."""

    def __init__(self, publisher: Publisher) -> None:
        self._publisher = publisher

    @property
    def up(self) -> bool:
        return self._publisher.up

    async def send_all(
        self, commands: Sequence[Sent], *, correlation_id: str, traceparent: str | None = None
    ) -> list[Sent]:
        """Send each, all at once. Returns those that the broker did not confirm: they may have arrived or not."""

        async def confirmed(command: Sent) -> bool:
            try:
                await self.send(command, correlation_id=correlation_id, traceparent=traceparent)
            except Transient as away:
                log.warning("command.unconfirmed", batch_id=str(command.batch_id), error=str(away))
                return False
            return True

        if len(commands) == 1:  # as most are: no task for it
            outcomes = [await confirmed(commands[0])]
        else:
            outcomes = await asyncio.gather(*map(confirmed, commands))
        return [command for command, arrived in zip(commands, outcomes, strict=True) if not arrived]

    async def send(self, command: AnyCommand, *, correlation_id: str, traceparent: str | None = None) -> None:
        """Return when the broker has the command on disk. Raises Transient when that could not be had."""
        message = command_message(command, app_id=APP_ID, correlation_id=correlation_id, traceparent=traceparent)
        await self._publisher.publish(COMMANDS, command.TYPE, message)

    async def call_janitor(self) -> None:
        """Return when the workers are told. Raises Nowhere where none is there, Transient where nobody knows."""
        await self._publisher.publish(CONTROL, "", Message(b"", type=SWEEP, app_id=APP_ID))
