from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self
from uuid import UUID

import structlog

from schema.errors import Transient
from services.runtime.database import Database, Listener
from services.runtime.queries import query
from services.worker.mail.backoff import pauses
from services.worker.mail.errand import Errand
from services.worker.mail.sending import Sending

if TYPE_CHECKING:
    from collections.abc import Iterable

    from services.runtime.event_publisher import EventPublisher
    from services.worker.mail.options import MailOptions

log = structlog.get_logger()
#: Mails that one worker sends at a time; each holds a connection to the database for its lock.
AT_A_TIME = 4
#: Mails that one worker has on its mind, most of them waiting for another try. The sweep finds what is left over.
MOST_UNDER_WAY = 1000
#: Wake-ups gather for so long: under load there are a hundred a second, and a mail can wait.
GATHER_SECONDS = 0.2
NAME = "heatstream-worker-mail"


@dataclass(slots=True)
class _UnderWay:
    task: asyncio.Task[None]
    touched: asyncio.Event


class Mailer:
    """Sends the mail of each batch that is over and owes one, once, all workers together.

    It is woken by what the projector NOTIFYs, and `sweep` finds what a wake-up missed. What `Errand` says of sending
    twice holds: it takes a crash between the server's yes and the broker's.
    """

    def __init__(
        self, database_url: str, events: EventPublisher, options: MailOptions, *, drain_seconds: float
    ) -> None:
        self._database = Database(database_url, name=NAME, most_connections=AT_A_TIME + 1)
        self._listener = Listener(database_url, name=NAME, wake=self._wake)
        sending = Sending(options.server, options.answer_seconds)
        self._errand = Errand(self._database, events, sending, options.head)
        self._first_pause_seconds, self._drain_seconds = options.first_pause_seconds, drain_seconds
        self._slots = asyncio.Semaphore(AT_A_TIME)
        self._under_way: dict[UUID, _UnderWay] = {}
        self._news, self._named, self._anything = asyncio.Event(), set[str](), False
        self._at_work: set[UUID] = set()

    async def __aenter__(self) -> Self:
        await self._database.__aenter__()
        self._heeding = asyncio.create_task(self._heed(), name="mail")
        await self._listener.__aenter__()
        return self

    async def __aexit__(self, *exc: object) -> None:
        """Conversations that have begun may end within the drain time; who waits for another try does not."""
        await self._listener.__aexit__(*exc)
        self._heeding.cancel()
        await asyncio.wait({self._heeding})
        tasks = {batch: under_way.task for batch, under_way in self._under_way.items()}
        for batch, task in tasks.items():
            if batch not in self._at_work:
                task.cancel()
        if tasks:
            _, late = await asyncio.wait(tasks.values(), timeout=self._drain_seconds)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        await self._database.__aexit__(*exc)

    async def sweep(self) -> int:
        """Begin every mail that is due and not under way here; return how many. It does not wait for their end.

        Raises Transient when the database is away.
        """
        room = MOST_UNDER_WAY - len(self._under_way)
        if room <= 0:
            return 0
        async with self._database.connection() as connection:
            rows = await connection.fetch(query("worker_mails_due"), list(self._under_way), room)
        return sum(self._begin(row["id"]) for row in rows)

    def _wake(self, touched: frozenset[str]) -> None:
        self._named |= touched
        self._anything |= not touched
        self._news.set()

    async def _heed(self) -> None:
        while True:
            await self._news.wait()
            self._news.clear()
            named, self._named = self._named, set()
            anything, self._anything = self._anything, False
            try:
                if named:
                    await self._look_at([UUID(batch) for batch in named])
                if anything:
                    await self.sweep()
            except Transient as away:
                log.warning("mail.not_looked", error=str(away))  # the sweep does
            except Exception:
                log.exception("mail.look_failed")
            await asyncio.sleep(GATHER_SECONDS)

    async def _look_at(self, named: Iterable[UUID]) -> None:
        async with self._database.connection() as connection:
            rows = await connection.fetch(query("worker_mails_due_of"), named)
        for row in rows:
            if (under_way := self._under_way.get(row["id"])) is not None:
                under_way.touched.set()
            elif len(self._under_way) < MOST_UNDER_WAY:
                self._begin(row["id"])

    def _begin(self, batch_id: UUID) -> bool:
        if batch_id in self._under_way:
            return False
        touched = asyncio.Event()
        task = asyncio.create_task(self._see_to(batch_id, touched), name=f"mail {batch_id}")
        self._under_way[batch_id] = _UnderWay(task, touched)
        return True

    async def _see_to(self, batch_id: UUID, touched: asyncio.Event) -> None:
        """Try until the batch owes no mail, or another worker sees to it."""
        for pause in pauses(self._first_pause_seconds):
            touched.clear()
            try:
                async with self._slots:
                    self._at_work.add(batch_id)
                    try:
                        await self._errand.run(batch_id)
                    finally:
                        self._at_work.discard(batch_id)
            except Transient as later:
                log.warning("mail.later", batch_id=str(batch_id), error=str(later), pause_seconds=round(pause, 1))
            except Exception:
                log.exception("mail.failed", batch_id=str(batch_id))
            else:
                # Somebody may have given another address meanwhile, while the lock kept every worker from it.
                if not touched.is_set():
                    del self._under_way[batch_id]
                    return
                continue
            try:
                async with asyncio.timeout(pause):
                    await touched.wait()
            except TimeoutError:
                continue
