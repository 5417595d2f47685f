from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import asyncpg
import pytest

from schema.events import BatchEvent, BatchNotificationRequested
from services.runtime.clock import new_id
from services.runtime.event_publisher import EventPublisher
from services.runtime.publisher import Publisher
from services.worker.mail.mailer import Mailer
from services.worker.mail.options import Letterhead, MailOptions, sender_of
from services.worker.mail.server import MailServer
from tests.integration.projector.rig import TOPOLOGY, Rig, projecting, rigged, whole_batch
from tests.integration.worker.mail.postbox import Postbox, listening

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from uuid import UUID

ADDRESS = "parent@home.example"


class Office:
    """Mailers, the postbox that they send to, and the batches that owe mails."""

    def __init__(self, rig: Rig, box: Postbox) -> None:
        self.rig, self.box = rig, box

    @asynccontextmanager
    async def mailer(self, *, answer_seconds: float = 20, first_pause_seconds: float = 0.05) -> AsyncIterator[Mailer]:
        """A mailer with a broker connection of its own, as each worker has one."""
        options = MailOptions(
            MailServer.of(f"smtp://127.0.0.1:{self.box.port}"),
            Letterhead(sender_of("Heatstream <swims@swims.example>"), "https://swims.example"),
            answer_seconds,
            first_pause_seconds,
        )
        async with (
            Publisher(self.rig.amqp_url, "test-mailer", TOPOLOGY) as publisher,
            EventPublisher(publisher, 1) as events,
        ):
            async with asyncio.timeout(20):
                while not events.up:  # noqa: ASYNC110 - the connection says nothing of it
                    await asyncio.sleep(0.01)
            async with Mailer(self.rig.database_url, events, options, drain_seconds=1) as mailer:
                yield mailer

    async def batch_over(self, *more: BatchEvent, email: str = ADDRESS) -> UUID:
        """A batch that is over in the tables, and then owes a mail."""
        batch = new_id()
        await self.rig.say(batch, *whole_batch(batch, 2))
        await self.rig.until("SELECT status FROM processing_batches", "completed")
        await self.rig.say(batch, BatchNotificationRequested(email=email), *more)
        await self.rig.until("SELECT count(*) FROM batch_events WHERE type LIKE '%requested'", 1)
        return batch

    @asynccontextmanager
    async def projector_held(self, batch: UUID) -> AsyncIterator[None]:
        """While it lasts, the projector waits for a lock on the batch's row, and records nothing."""
        connection = await asyncpg.connect(self.rig.database_url)
        try:
            await connection.execute("BEGIN")
            await connection.execute("SELECT FROM processing_batches WHERE id = $1 FOR UPDATE", batch)
            yield
        finally:
            await connection.close()

    async def forgotten(self) -> None:
        """Return once the one batch of the test has been asked for a mail and owes none any more."""
        # The row is there before the request is folded.
        owed = "SELECT notification_requested_at IS NOT NULL, notification_email FROM processing_batches"
        await self.rig.until(owed, (True, None))

    async def told(self) -> list[str]:
        """What the log says of the mail."""
        return await self.rig.rows(
            "SELECT type FROM batch_events WHERE type LIKE 'batch.notification%' ORDER BY event_id"
        )


@pytest.fixture
async def office(amqp_url: str, database_url: str) -> AsyncIterator[Office]:
    async with (
        rigged(amqp_url, database_url) as rig,
        projecting(amqp_url, database_url),
        listening(Postbox()) as box,
    ):
        yield Office(rig, box)
