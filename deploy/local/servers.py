from __future__ import annotations

import os
import socket
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from deploy.local.claim import claimed
from deploy.local.postgres import postgres
from deploy.local.process import NotStarted
from deploy.local.rabbitmq import rabbitmq

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


PORTS = {"postgresql": 5432, "postgres": 5432, "amqp": 5672, "amqps": 5671}


@dataclass(frozen=True, slots=True)
class Servers:
    """Where the two servers are. `own_database` says that we started PostgreSQL, and may make login users in it."""

    database_url: str
    amqp_url: str
    own_database: bool


@contextmanager
def launched_servers(state: Path, *, durable: bool = True) -> Iterator[tuple[Servers, Callable[[], None]]]:
    """A private PostgreSQL, and a RabbitMQ on its way, with what waits for that. Raises NotStarted, the latter too.

    `DATABASE_URL` and `AMQP_URL` of the environment win: that server is then taken as it is, and never stopped.
    """
    given_database, given_broker = _given("DATABASE_URL"), _given("AMQP_URL")
    with ExitStack() as stack:
        stack.enter_context(claimed(state))
        amqp_url, await_broker = (
            stack.enter_context(rabbitmq(state)) if given_broker is None else (given_broker, _ready)
        )
        database_url = given_database or stack.enter_context(postgres(state, durable=durable))
        yield Servers(database_url, amqp_url, own_database=given_database is None), await_broker


@contextmanager
def servers(
    state: Path, *, durable: bool = True, prepare: Callable[[str], object] = lambda _: None
) -> Iterator[Servers]:
    """Both servers, ready. Raises NotStarted.

    `prepare` gets the database's URL as soon as it answers, while RabbitMQ, the slower by far, is still starting.
    """
    with launched_servers(state, durable=durable) as (up, await_broker):
        prepare(up.database_url)
        await_broker()
        yield up


def _ready() -> None:
    """What somebody gave us runs already."""


def _given(variable: str) -> str | None:
    """The URL that the environment gives. Raises NotStarted where nothing listens there."""
    url = os.environ.get(variable)
    if not url:
        return None
    parts = urlsplit(url)
    try:
        address = parts.hostname or "127.0.0.1", parts.port or PORTS[parts.scheme]
        with socket.create_connection(address, timeout=5):
            return url
    except (KeyError, ValueError):
        raise NotStarted(f"{variable} is no address of a server: it begins with one of {', '.join(PORTS)}") from None
    except OSError as away:
        raise NotStarted(f"nothing answers at {address[0]}:{address[1]}, which {variable} names: {away}") from away
