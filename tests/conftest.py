from __future__ import annotations

import asyncio
import os
import tempfile
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import aio_pika
import asyncpg
import psycopg
import pytest
import structlog
from hypothesis import settings

from deploy.local.servers import Servers, servers
from services.runtime.migrations import migrate
from services.runtime.topology import HISTORY, declare, topology

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

# A busy machine is no fault of an example.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")
TOPOLOGY = topology(1, 35)
#: A migrated database, to be copied and not to be connected to.
TEMPLATE = f"heatstream_template_{os.getpid()}"


def database(url: str, name: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


def create_template(server_url: str) -> None:
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {TEMPLATE}")
    migrate(database(server_url, TEMPLATE))


async def execute(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


@contextmanager
def passable() -> Iterator[Path]:
    """A folder that PostgreSQL's user may pass through, who else would keep the data outside of it.

    Not below pytest's own: another run, of another checkout perhaps, closes that to everybody else.
    """
    with tempfile.TemporaryDirectory(prefix="heatstream-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o711)
        yield folder


@pytest.fixture(autouse=True)
def _each_test_logs_for_itself(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What one configures, a command in this process say, is not kept by loggers for the others."""
    configure = structlog.configure
    monkeypatch.setattr(structlog, "configure", lambda **how: configure(**{**how, "cache_logger_on_first_use": False}))
    yield
    structlog.reset_defaults()


@pytest.fixture
def state() -> Iterator[Path]:
    """A folder for servers that a test starts itself."""
    with passable() as folder:
        yield folder


@pytest.fixture(scope="session")
def servers_state() -> Iterator[Path]:
    """Where the private servers keep data and logs."""
    with passable() as folder:
        yield folder


@pytest.fixture(scope="session")
def private_servers(servers_state: Path) -> Iterator[Servers]:
    """A PostgreSQL and a RabbitMQ of this test run's own: what `make up` runs beside it is not seen."""
    with servers(servers_state, durable=False, prepare=create_template) as up:
        yield up
        with psycopg.connect(up.database_url, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {TEMPLATE} WITH (FORCE)")


@asynccontextmanager
async def fresh_database(owner: str) -> AsyncIterator[str]:
    """A migrated database of its own, for as long as it is wanted."""
    name = f"test_{uuid4().hex}"
    await execute(owner, f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
    yield database(owner, name)
    await execute(owner, f"DROP DATABASE {name} WITH (FORCE)")


async def empty_queues(amqp_url: str) -> None:
    """Every queue there and empty.

    Emptied, not made anew: declaring a dozen quorum queues costs more than most tests. What a consumer of the test
    before left unacknowledged comes back when the broker has seen its end, so that is waited for.
    """
    async with await aio_pika.connect(amqp_url) as connection:
        channel = await connection.channel()
        await channel.queue_delete(HISTORY)
        await declare(channel, TOPOLOGY)
        for wanted in TOPOLOGY.queues:
            if wanted.name != HISTORY:
                queue = await channel.get_queue(wanted.name)
                async with asyncio.timeout(20):
                    while (await queue.declare()).consumer_count:  # noqa: ASYNC110 - the broker changes it
                        await asyncio.sleep(0.02)
                await queue.purge()


@pytest.fixture
async def database_url(private_servers: Servers) -> AsyncIterator[str]:
    """A fresh, migrated database for one test."""
    async with fresh_database(private_servers.database_url) as url:
        yield url


@pytest.fixture
async def amqp_url(private_servers: Servers) -> str:
    """The broker with every queue there and empty."""
    await empty_queues(private_servers.amqp_url)
    return private_servers.amqp_url


@pytest.fixture(scope="module")
async def module_servers(private_servers: Servers) -> AsyncIterator[Servers]:
    """A fresh database and empty queues for all tests of a module, which start the services once."""
    await empty_queues(private_servers.amqp_url)
    async with fresh_database(private_servers.database_url) as url:
        yield replace(private_servers, database_url=url)
