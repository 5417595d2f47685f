from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from aio_pika import ExchangeType
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn

from schema.commands import ExpireBatch
from services.runtime.command_message import command_message
from services.runtime.publisher import Publisher
from services.runtime.topology import COMMANDS, Exchange, Topology

if TYPE_CHECKING:
    from collections.abc import Collection
    from uuid import UUID

    from services.runtime.tables import Tables

APP_ID = "heatstream-cli"
#: After so long without one more batch erased, it is left to the servers, and said so.
PATIENCE_SECONDS = 30.0
LOOK_AGAIN_SECONDS = 0.2


async def order(amqp_url: str, batches: Collection[UUID], request: str) -> None:
    """Ask for each batch to be forgotten; `request` stays in its log as what it was for. Raises Transient."""
    # Only what is published to: this program makes no queue on a broker that it only visits.
    visited = Topology(exchanges=(Exchange(COMMANDS, ExchangeType.TOPIC),))
    async with Publisher(amqp_url, APP_ID, visited) as publisher:
        for batch_id in batches:
            message = command_message(ExpireBatch(batch_id=batch_id), app_id=APP_ID, correlation_id=request)
            await publisher.publish(COMMANDS, ExpireBatch.TYPE, message)


async def erased(tables: Tables, batches: Collection[UUID]) -> set[UUID]:
    """Return the batches that are erased: all of them, or those until nothing happened for a while.

    Tells on standard error how far it is.
    """
    clock = asyncio.get_running_loop().time
    living, changed = set(batches), clock()
    with _Progress(len(living)) as progress:
        while living and clock() - changed < PATIENCE_SECONDS:
            left = {row["id"] for row in await tables.rows("cli_living", living)}
            if left != living:
                living, changed = left, clock()
                progress.tell(len(batches) - len(living))
            else:
                await asyncio.sleep(LOOK_AGAIN_SECONDS)
    return set(batches) - living


class _Progress(Progress):
    def __init__(self, total: int) -> None:
        console = Console(stderr=True)
        columns = SpinnerColumn(), TextColumn("{task.description}"), BarColumn(20), MofNCompleteColumn()
        super().__init__(*columns, console=console, transient=True, disable=not console.is_terminal)
        self._task = self.add_task("erasing", total=total)

    def tell(self, done: int) -> None:
        self.update(self._task, completed=done)
