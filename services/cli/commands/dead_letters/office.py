from __future__ import annotations

import getpass
import os
import socket
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, TypeVar

from aio_pika import ExchangeType
from rich.console import Console
from rich.progress import MofNCompleteColumn, Progress, SpinnerColumn, TextColumn

from services.cli.addresses import broker_url
from services.cli.broker import at_the_broker, connected
from services.cli.failures import Unusable
from services.runtime.dead_letters.home import has_partitions
from services.runtime.dead_letters.pile import existing, opened
from services.runtime.dead_letters.redrive import Redrive
from services.runtime.event_publisher import EventPublisher
from services.runtime.publisher import Publisher
from services.runtime.settings import Settings
from services.runtime.topology import EVENTS, Exchange, Topology

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Coroutine, Sequence

    from aio_pika.abc import AbstractConnection

    from services.runtime.dead_letters.choice import Choice
    from services.runtime.dead_letters.letter import Letter

T = TypeVar("T")
SOURCE = "heatstream/cli"


class Office:
    """The dead letters of one broker, and what can be done with them."""

    def __init__(self, connection: AbstractConnection, url: str, settings: Settings) -> None:
        self._connection, self.url, self.partitions = connection, url, settings.partitions

    async def chosen(self, queues: Sequence[str], choice: Choice, limit: int | None = None) -> AsyncGenerator[Letter]:
        """The letters that are meant, oldest first; those not acknowledged go back to their places in the end.

        Raises Unusable where the broker has none of Heatstream's queues.
        """
        there = await existing(self._connection, queues)
        if not there:
            raise Unusable(f"the message broker has no queue {' or '.join(queues)}: is it the right one?")
        found = 0
        with _Progress() as progress:
            for queue in there:
                async with opened(self._connection, queue) as pile:
                    task = progress.add_task(queue, total=pile.count)
                    async for letter in pile.letters():
                        progress.advance(task)
                        if not choice.takes(letter):
                            continue
                        yield letter
                        found += 1
                        if found == limit:
                            return

    @asynccontextmanager
    async def redriving(self, why: str | None) -> AsyncIterator[Redrive]:
        async with self.publishing() as (publisher, events):
            yield Redrive(publisher, events, source=SOURCE, by=person(), why=why)

    @asynccontextmanager
    async def publishing(self) -> AsyncIterator[tuple[Publisher, EventPublisher]]:
        # Only what is published to: this program makes no queue on a broker that it only visits.
        visited = Topology(exchanges=(Exchange(EVENTS, ExchangeType.DIRECT),))
        async with (
            Publisher(self.url, "heatstream-dead-letters", visited) as publisher,
            EventPublisher(publisher, self.partitions) as events,
        ):
            yield publisher, events

    async def check_partitions(self) -> None:
        """Raise Unusable where this program counts the partitions otherwise than the services."""
        if not await has_partitions(self._connection, self.partitions):
            raise Unusable(
                f"the message broker has not {self.partitions} partitions of events: set HEATSTREAM_PARTITIONS as the"
                " services have it"
            )


@asynccontextmanager
async def open_office(amqp_url: str | None) -> AsyncIterator[Office]:
    """Raises Unusable when the broker cannot be reached."""
    async with connected(url := broker_url(amqp_url), "heatstream-dead-letters") as connection:
        yield Office(connection, url, Settings())


def run(work: Coroutine[None, None, T]) -> T:
    """Raises Unusable when the broker goes away in the middle: nothing is lost then, and a second run goes on."""
    return at_the_broker(work, then="nothing is lost, run it again to go on")


def person() -> str:
    """Who runs this program, on which machine."""
    try:
        name = getpass.getuser()
    except (KeyError, OSError):  # a container's user has no name
        name = f"uid {os.getuid()}"
    return f"{SOURCE} {name}@{socket.gethostname()}"


class _Progress(Progress):
    """How far a queue is looked through, on standard error of a terminal."""

    def __init__(self) -> None:
        console = Console(stderr=True)
        columns = SpinnerColumn(), TextColumn("{task.description}"), MofNCompleteColumn()
        super().__init__(*columns, console=console, transient=True, disable=not console.is_terminal)
