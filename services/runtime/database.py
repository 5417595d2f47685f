from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Self

import asyncpg
import orjson
import structlog

from schema.errors import Transient

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

log = structlog.get_logger()
#: What the projector NOTIFYs: the ids of touched batches, comma-separated.
CHANNEL = "heatstream_batches"
AWAY = (
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,  # too many connections, a full disk: it passes
)
#: The database is there, and is not for whoever asks like this.
REFUSED = (
    asyncpg.InsufficientPrivilegeError,
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.InvalidCatalogNameError,
    asyncpg.UndefinedTableError,
)
RECONNECT_SECONDS = 1.0


class Database:
    """A pool of connections that starts without a database and comes back with it.

    A statement that takes longer than `statement_seconds` fails as if the database were away; None waits for ever.
    """

    def __init__(self, url: str, *, name: str, most_connections: int = 4, statement_seconds: float | None = 30) -> None:
        self._pool = asyncpg.create_pool(
            url,
            min_size=0,
            max_size=most_connections,
            timeout=5,
            command_timeout=statement_seconds,
            init=_speak_jsonb,
            # Compiling a plan takes longer than any of our statements runs.
            server_settings={"application_name": name, "jit": "off"},
        )

    async def __aenter__(self) -> Self:
        await self._pool
        return self

    async def __aexit__(self, *exc: object) -> None:
        try:
            async with asyncio.timeout(5):
                await self._pool.close()
        except TimeoutError:
            self._pool.terminate()

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[asyncpg.pool.PoolConnectionProxy[asyncpg.Record]]:
        """A connection for a while. Raises Transient when the database is away, before or during its use."""
        try:
            async with self._pool.acquire() as connection:
                yield connection
        except AWAY as gone:
            raise Transient(f"the database cannot be reached: {gone!r}") from gone

    async def answers(self) -> bool:
        try:
            async with asyncio.timeout(2), self.connection() as connection:
                return bool(await connection.fetchval("SELECT true"))
        except (Transient, TimeoutError):
            return False


class Listener:
    """The one LISTEN connection of a process.

    It calls `wake` with the touched batch ids of each NOTIFY, and with none after a reconnect, when anything may have
    been missed.
    """

    def __init__(self, url: str, *, name: str, wake: Callable[[frozenset[str]], None]) -> None:
        self._url, self._name, self._wake = url, name, wake
        self._up = False

    @property
    def up(self) -> bool:
        return self._up

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._keep(), name="listen")
        return self

    async def __aexit__(self, *exc: object) -> None:
        self._task.cancel()
        await asyncio.wait({self._task})

    async def _keep(self) -> None:
        while True:
            try:
                await self._listen()
            except AWAY as gone:
                log.warning("database.listen_lost", error=repr(gone))
            except Exception:
                log.exception("database.listen_failed")  # the poll goes on meanwhile
            await asyncio.sleep(RECONNECT_SECONDS)

    async def _listen(self) -> None:
        lost = asyncio.Event()
        connection = await asyncpg.connect(self._url, timeout=5, server_settings={"application_name": self._name})
        try:
            connection.add_termination_listener(lambda _: lost.set())
            await connection.add_listener(CHANNEL, lambda *said: self._wake(frozenset(str(said[3]).split(","))))
            self._up = True
            self._wake(frozenset())
            await lost.wait()
        finally:
            self._up = False
            connection.terminate()


async def _speak_jsonb(connection: asyncpg.Connection[asyncpg.Record]) -> None:
    """JSONB goes in as the bytes of its text and comes out as plain values; binary, because COPY takes no other."""
    await connection.set_type_codec(
        "jsonb",
        schema="pg_catalog",
        format="binary",
        encoder=lambda text: b"\x01" + text,
        decoder=lambda wire: orjson.loads(wire[1:]),
    )
