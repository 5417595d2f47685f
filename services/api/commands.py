from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from aio_pika import Message

from services.runtime.command_message import command_message
from services.runtime.topology import COMMANDS, CONTROL, SWEEP

if TYPE_CHECKING:
    from collections.abc import Iterable

    from schema.commands import AnyCommand
    from services.runtime.publisher import Publisher

APP_ID = "heatstream-api"


class Commands:
    """The gateway's way to the broker."""

    def __init__(self, publisher: Publisher) -> None:
        self._publisher = publisher

    @property
    def up(self) -> bool:
        return self._publisher.up

    async def send_all(
        self, commands: Iterable[AnyCommand], *, correlation_id: str, traceparent: str | None = None
    ) -> None:
        """Send each, and return when the broker has all. Raises Transient where one failed: the others are there."""
        sent = (self.send(command, correlation_id=correlation_id, traceparent=traceparent) for command in commands)
        for outcome in await asyncio.gather(*sent, return_exceptions=True):
            if outcome is not None:
                raise outcome

    async def send(self, command: AnyCommand, *, correlation_id: str, traceparent: str | None = None) -> None:
        """Return when the broker has the command on disk. Raises Transient when that could not be had."""
        message = command_message(command, app_id=APP_ID, correlation_id=correlation_id, traceparent=traceparent)
        await self._publisher.publish(COMMANDS, command.TYPE, message)

    async def call_janitor(self) -> None:
        """Return when the workers are told. Raises Nowhere where none is there, Transient where nobody knows."""
        await self._publisher.publish(CONTROL, "", Message(b"", type=SWEEP, app_id=APP_ID))
