from __future__ import annotations

import asyncio
import random
from typing import TYPE_CHECKING, Any, Self

import aio_pika
import structlog
from aio_pika.exceptions import AMQPError, ChannelInvalidStateError

from schema.errors import Transient
from services.runtime.deliveries import Deliveries

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from contextlib import AbstractAsyncContextManager

    from aio_pika.abc import TimeoutType

log = structlog.get_logger()
CONNECT_SECONDS = 10.0
LONGEST_PAUSE_SECONDS = 5.0
#: A peer that says nothing for longer counts as gone: a frozen process, or a machine that vanished.
HEARTBEAT_SECONDS = 10
#: What aio-pika raises when the broker, the connection or the channel is away or refuses.
GONE = (AMQPError, ChannelInvalidStateError, OSError, TimeoutError, asyncio.InvalidStateError)


class Link:
    """A connection to the broker that comes back by itself.

    `session` opens what lives on the connection (channels, consumers) and is opened anew on each connection, so no
    consumer is ever left deaf. It gets the connection and an event to set when one of its parts broke. `up` is true
    while a session is open.
    """

    def __init__(
        self,
        url: str,
        name: str,
        session: Callable[[Connection, asyncio.Event], AbstractAsyncContextManager[None]],
        *,
        heartbeat_seconds: int = HEARTBEAT_SECONDS,
    ) -> None:
        self._url, self._name, self._session = url, name, session
        # RabbitMQ closes a connection that was silent for two to three times what it is told.
        self._heartbeat = max(1, heartbeat_seconds // 2)
        self._up, self._over = asyncio.Event(), asyncio.Event()
        self._connecting = False

    @property
    def up(self) -> bool:
        return self._up.is_set()

    async def wait_up(self, seconds: float) -> None:
        """Return when a session is open. Raises Transient after so many seconds without one."""
        if self.up:
            return
        try:
            async with asyncio.timeout(seconds):
                await self._up.wait()
        except TimeoutError:
            raise Transient("the message broker cannot be reached") from None

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._keep(), name=f"link {self._name}")
        return self

    async def __aexit__(self, *exc: object) -> None:
        self._over.set()
        if self._connecting:
            self._task.cancel()
        await asyncio.wait({self._task})  # unlike awaiting it, this lets a cancel of our own through

    async def _keep(self) -> None:
        pause = 0.1
        while not self._over.is_set():
            try:
                await self._live(await self._connect())
                pause = 0.1
            except GONE as gone:
                log.warning("broker.unreachable", link=self._name, error=repr(gone))
            except Exception:
                log.exception("broker.session_failed", link=self._name)
            pause = min(pause * 2, LONGEST_PAUSE_SECONDS)
            await _first_of(self._over.wait(), asyncio.sleep(pause * random.uniform(0.5, 1)))  # noqa: S311 - jitter

    async def _connect(self) -> Connection:
        self._connecting = True
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                return await aio_pika.connect(
                    self._url,
                    connection_class=Connection,
                    client_properties={"connection_name": self._name},
                    heartbeat=self._heartbeat,
                )
        finally:
            self._connecting = False

    async def _live(self, connection: Connection) -> None:
        broken = asyncio.Event()
        connection.close_callbacks.add(lambda *_: broken.set())
        async with connection, self._session(connection, broken):
            self._up.set()
            log.info("broker.connected", link=self._name)
            try:
                await _first_of(self._over.wait(), broken.wait())
            finally:
                self._up.clear()
        if not self._over.is_set():
            log.warning("broker.connection_lost", link=self._name)


class Connection(aio_pika.Connection):
    """One whose messages can be had in another way, too.

    When it could not be opened it is closed at once; aio-pika's own waits for the garbage collector.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - as the class above has them
        super().__init__(*args, **kwargs)
        self.deliveries = Deliveries()
        self.kwargs["transport_factory"] = self.deliveries

    async def connect(self, timeout: TimeoutType = None) -> None:  # noqa: ASYNC109 - as the class above has it
        try:
            await super().connect(timeout)
        except BaseException:
            await self.close()
            raise


async def _first_of(*waits: Coroutine[Any, Any, object]) -> None:
    """Return when the first of these coroutines is done; the others are cancelled."""
    tasks = [asyncio.create_task(wait) for wait in waits]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
