from __future__ import annotations

import secrets
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import asyncpg

from services.projector.sharing.seats import Seat
from services.runtime.queries import query

if TYPE_CHECKING:
    from asyncpg.connection import Connection

#: First numbers of the locks: of members, with how many partitions they were told of, and of who holds a partition.
MEMBERS, HOLDERS = 1212502093, 1212502096
ANSWER_SECONDS = 5.0


def new_name() -> str:
    """Of a projector that starts now; later ones come after it in order, and each of its sessions carries it."""
    return f"heatstream-projector-{datetime.now(UTC):%Y%m%d%H%M%S}-{secrets.token_hex(3)}"


class Membership:
    """A projector's session among those that share the partitions: PostgreSQL's locks say who is there and has what.

    Locks go with their session, so a killed process is gone at once. A frozen one keeps its session; that it asks
    nothing any more shows, and `evict` ends it. Everything raises what `services.runtime.database.AWAY` lists when the
    database is away: the session is lost then, and `join` begins another.
    """

    def __init__(self, database_url: str, name: str, partitions: int) -> None:
        self._url, self.name, self._partitions = database_url, name, partitions
        self._connection: Connection[asyncpg.Record] | None = None
        self.pid = 0

    @property
    def joined(self) -> bool:
        return self._connection is not None and not self._connection.is_closed()

    async def join(self) -> None:
        self.drop()
        self._connection = await asyncpg.connect(
            self._url,
            timeout=ANSWER_SECONDS,
            command_timeout=ANSWER_SECONDS,
            server_settings={"application_name": self.name, "jit": "off"},
        )
        self.pid = self._connection.get_server_pid()
        await self._connection.execute("SELECT pg_advisory_lock_shared($1, $2)", MEMBERS, self._partitions)

    async def seats(self) -> list[Seat]:
        """All that share, in the order of their names."""
        rows = await self._session.fetch(query("projector_seats"), MEMBERS, HOLDERS)
        return [
            Seat(row["pid"], row["name"], row["silent_seconds"], row["told"], frozenset(row["holds"])) for row in rows
        ]

    async def hold(self, number: int) -> bool:
        """Whether the partition is this session's now; not where another holds it."""
        return bool(await self._session.fetchval("SELECT pg_try_advisory_lock($1, $2)", HOLDERS, number))

    async def release(self, number: int) -> None:
        await self._session.execute("SELECT pg_advisory_unlock($1, $2)", HOLDERS, number)

    async def resign(self) -> None:
        """Count as a member no more; what is held stays held."""
        await self._session.execute("SELECT pg_advisory_unlock_shared($1, $2)", MEMBERS, self._partitions)

    async def end(self, pid: int) -> None:
        """End one session, of this process itself or of another."""
        await self._session.execute("SELECT pg_terminate_backend($1)", pid)

    async def evict(self, name: str) -> None:
        """End all sessions of a process: what it was writing is undone, and it must come back to write again."""
        await self._session.execute(query("projector_evict"), name)

    def drop(self) -> None:
        """Leave at once, with all that is held."""
        if self._connection is not None:
            self._connection.terminate()
        self._connection = None

    @property
    def _session(self) -> Connection[asyncpg.Record]:
        if self._connection is None:
            raise asyncpg.InterfaceError("not joined")
        return self._connection
