from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import structlog

from schema.errors import Rejected, Transient
from schema.events import BatchNotificationFailed, BatchNotificationSent
from services.runtime.clock import now
from services.runtime.queries import query
from services.worker.mail.letter import compose, message_id
from services.worker.origin import Origin

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

    import asyncpg

    from schema.cloudevents import Fact
    from services.runtime.database import Database
    from services.runtime.event_publisher import EventPublisher
    from services.worker.mail.options import Letterhead
    from services.worker.mail.sending import Sending

    Connection = asyncpg.pool.PoolConnectionProxy[asyncpg.Record]

log = structlog.get_logger()
#: How long a mail is tried that is refused for now, or whose server is away.
PATIENCE = timedelta(days=3)
#: How long the lock is kept for the projector to forget the address. Without a projector nothing new becomes due.
FOLD_SECONDS = 300.0
LOOK_SECONDS = 0.2
#: Between two tries to tell the broker what became of a mail.
TELL_AGAIN_SECONDS = 1.0
ITSELF = Origin(None, None, None)


class Errand:
    """The mail of one batch: lock, look, send, tell, and wait until it is recorded.

    The lock is a session's in the database, and the mail is told of (`batch.notification_sent`) before it is given
    back, so that a second worker finds the address gone. What remains: a worker that dies, or loses the database,
    after the server took the mail and before the broker took the event, leaves a batch that owes one still. It is sent
    again, with the same Message-ID, by which mail programs know it for the same.
    """

    def __init__(self, database: Database, events: EventPublisher, sending: Sending, head: Letterhead) -> None:
        self._database, self._events, self._sending, self._head = database, events, sending, head
        self._told: dict[UUID, str] = {}

    async def run(self, batch_id: UUID) -> None:
        """Return when the batch owes no mail any more, or another worker holds its lock.

        Raises Transient when it is to be tried again: refused for now, or a part is away.
        """
        async with self._database.connection() as connection:
            if not await connection.fetchval(query("worker_lock_mail"), str(batch_id)):
                return
            batch = await _owing(connection, batch_id)
            if batch is None:
                self._told.pop(batch_id, None)
                return
            key = message_id(self._head, batch)
            if self._told.get(batch_id) != key:
                sheets = [dict(row) for row in await connection.fetch(query("worker_mail_sheets"), batch_id)]
                await self._tell(ITSELF.fact(batch_id, await self._outcome(batch, sheets)))
                self._told[batch_id] = key
            await self._recorded(connection, batch_id, key)

    async def _outcome(
        self, batch: Mapping[str, Any], sheets: list[dict[str, Any]]
    ) -> BatchNotificationSent | BatchNotificationFailed:
        if not self._events.up:
            raise Transient("the broker is away, so that nobody could be told of a mail")
        about = {"batch_id": str(batch["id"]), "message_id": message_id(self._head, batch)}
        # An address that was given since is not forgotten by what becomes of this mail, even where it is recorded late.
        requested_at = batch["notification_requested_at"]
        try:
            await self._sending.send(compose(self._head, batch, sheets, now()))
        except Rejected as no:
            reason = no.sentence
        except Transient as later:
            if now() < _due_since(batch) + PATIENCE:
                raise
            reason = f"given up after {PATIENCE.days} days: {later}"
        else:
            log.info("mail.sent", **about)
            return BatchNotificationSent(requested_at=requested_at)
        log.warning("mail.refused", **about, reason=reason)
        return BatchNotificationFailed(reason=reason, requested_at=requested_at)

    async def _tell(self, fact: Fact) -> None:
        """Until it is told, however long that takes: to let go of the lock before would have it sent again."""
        while True:
            try:
                return await self._events.publish(fact)
            except Transient as away:
                log.warning("mail.untold", batch_id=str(fact.batch_id), error=str(away))
                await asyncio.sleep(TELL_AGAIN_SECONDS)

    async def _recorded(self, connection: Connection, batch_id: UUID, key: str) -> None:
        """Keep the lock until this mail is not owed any more. Raises Transient after `FOLD_SECONDS`."""
        try:
            async with asyncio.timeout(FOLD_SECONDS):
                while (batch := await _owing(connection, batch_id)) is not None:
                    if message_id(self._head, batch) != key:
                        break
                    await asyncio.sleep(LOOK_SECONDS)
        except TimeoutError:
            raise Transient("the projector has not recorded yet what became of the mail") from None
        self._told.pop(batch_id, None)


async def _owing(connection: Connection, batch_id: UUID) -> dict[str, Any] | None:
    row = await connection.fetchrow(query("worker_mail"), batch_id)
    return None if row is None else dict(row)


def _due_since(batch: Mapping[str, Any]) -> datetime:
    requested_at: datetime = batch["notification_requested_at"]
    return max(requested_at, batch["completed_at"] or requested_at)
