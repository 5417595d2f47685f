from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING

from services.runtime.command_message import command_message
from services.runtime.topology import COMMANDS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from schema.commands import AnyCommand
    from services.runtime.publisher import Publisher

APP_ID = "heatstream-api"
_TRACEPARENT = re.compile(r"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")


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
        traced = traceparent is not None and _TRACEPARENT.fullmatch(traceparent)
        message = command_message(
            command, app_id=APP_ID, correlation_id=correlation_id, traceparent=traceparent if traced else None
        )
        await self._publisher.publish(COMMANDS, command.TYPE, message)
