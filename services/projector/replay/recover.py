"""What an older database lacks, folded from the stream of all events."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import aio_pika
import structlog

from schema import upcast
from schema.errors import Rejected, Transient
from services.projector.intake import read
from services.projector.record import Arrival, SetAside, record
from services.projector.store import Conflict, KnownMessage, Store
from services.runtime import history
from services.runtime.chance import chance
from services.runtime.database import REFUSED, Database
from services.runtime.link import CONNECT_SECONDS, GONE
from services.runtime.queries import query
from services.runtime.topology import HISTORY

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from aio_pika.abc import AbstractConnection

    from services.projector.replay.progress import Show

log = structlog.get_logger()
EVENTS_A_WRITE = 1000
#: For how long nothing may come: at first, where the place may be behind the end; later there is more for sure.
FIRST_SECONDS, LOST_SECONDS = 5.0, 30.0


@dataclass(slots=True)
class Recovery:
    """What a recovery did. `known` events the log had, or had set aside; `first` and `last` are offsets read."""

    first: int | None = None
    last: int | None = None
    events: int = 0
    known: int = 0
    recorded: int = 0
    set_aside: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0


async def recover(amqp_url: str, database_url: str, since: datetime | int, show: Show) -> Recovery:
    """Fold the stream from there to its end as of now. Safe to repeat, and beside projectors: all expect a version.

    Raises Transient when broker or database go away; what was folded by then stays.
    """
    upcast.check_chain()
    began, done = time.monotonic(), Recovery()
    try:
        async with (
            await aio_pika.connect(
                amqp_url, timeout=CONNECT_SECONDS, client_properties={"connection_name": "heatstream-recover"}
            ) as connection,
            Database(database_url, name="heatstream-recover") as database,
        ):
            await _Folding(database, done).run(connection, since, show)
    except REFUSED as refused:
        raise Rejected("refused", f"{refused}: give the projector's role, and a restored database") from refused
    except GONE as gone:
        raise Transient(f"the message broker cannot be reached: {gone!r}") from gone
    done.seconds = round(time.monotonic() - began, 3)
    return done


class _Folding:
    def __init__(self, database: Database, done: Recovery) -> None:
        self._database, self._store, self._done = database, Store(database), done
        #: Batches of which the stream said more than the database knew.
        self._ahead: set[UUID] = set()

    async def run(self, connection: AbstractConnection, since: datetime | int, show: Show) -> None:
        end = await history.end(connection)
        if end is None or (isinstance(since, int) and since > end):
            return
        async with history.reading(connection, since) as reader:
            while (heard := await self._gather(reader, end)) is not None:
                message, events = heard
                await self._fold(events)
                await reader.acknowledge(message)
                show("recovering", message.offset - (self._done.first or 0) + 1, end - (self._done.first or 0) + 1)

    async def _gather(
        self, reader: history.Reader, end: int
    ) -> tuple[history.Message, list[Arrival | SetAside]] | None:
        """Some messages' events, with the last of these messages; None behind the end, or where nothing comes."""
        events: list[Arrival | SetAside] = []
        message = None
        while len(events) < EVENTS_A_WRITE and (message is None or reader.waiting):
            if self._done.last is not None and self._done.last >= end:
                break
            message = await reader.next(FIRST_SECONDS if self._done.last is None else LOST_SECONDS)
            if message is None:
                if self._done.last is None:
                    return None  # a time in the future, perhaps
                raise Transient("the message broker is silent before the stream's end")
            self._done.first = message.offset if self._done.first is None else self._done.first
            self._done.last = message.offset
            events.extend(read(message.body))
        return None if message is None else (message, events)

    async def _fold(self, heard: list[Arrival | SetAside]) -> None:
        new = await self._new(heard)
        self._done.events += len(heard)
        self._done.known += len(heard) - len(new)
        await self._write(new)

    async def _new(self, heard: list[Arrival | SetAside]) -> list[Arrival | SetAside]:
        """What the database has not judged yet: what it neither logged nor set aside.

        What was set aside is no more asked for once the stream says more of its batch than the database knew: it may
        come again there, put back by a person, and then mean something.
        """
        ids = [one.fact.id for one in heard if isinstance(one, Arrival)]
        seen = await self._store.known(ids)
        prints = [one.fingerprint for one in heard if isinstance(one, SetAside)]
        async with self._database.connection() as connection:
            aside = {row[0] for row in await connection.fetch(query("projector_judged_messages"), ids)}
            unread = {row[0] for row in await connection.fetch(query("projector_known_set_asides"), prints)}
        new: list[Arrival | SetAside] = []
        for one in heard:
            if isinstance(one, SetAside):
                if one.fingerprint not in unread:
                    new.append(one)
            elif one.fact.id not in seen and (one.fact.id not in aside or one.fact.batch_id in self._ahead):
                new.append(one)
                seen.add(one.fact.id)
                self._ahead.add(one.fact.batch_id)
        return new

    async def _write(self, new: list[Arrival | SetAside]) -> None:
        """Fold and write until it is done: a projector beside may have been there first."""
        while True:
            arrivals = [one for one in new if isinstance(one, Arrival)]
            before = await self._store.load({one.fact.batch_id for one in arrivals})
            try:
                folded = record(before, arrivals, chance)
                folded.aside.extend(one for one in new if isinstance(one, SetAside))
                await self._store.write(HISTORY, before, folded)
            except Conflict:
                continue
            except KnownMessage:
                logged = await self._store.known(one.fact.id for one in arrivals)
                new = [one for one in new if not isinstance(one, Arrival) or one.fact.id not in logged]
            except Transient:
                raise
            except Exception as failed:
                if len(new) == 1:
                    log.exception("recover.event_failed")
                    # Its kind only: what an exception says may quote a child's name.
                    new = [one.aside("bug", type(failed).__name__) for one in arrivals]
                    continue
                for one in new:
                    await self._write([one])
                return
            else:
                self._done.recorded += len(folded.recorded)
                self._done.set_aside.update(one.reason for one in folded.aside)
                return
