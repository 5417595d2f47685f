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
def servers(
    state: Path, *, durable: bool = True, prepare: Callable[[str], object] = lambda _: None
) -> Iterator[Servers]:
    """A private PostgreSQL and RabbitMQ, started side by side. Raises NotStarted.

    `DATABASE_URL` and `AMQP_URL` of the environment win: that server is then taken as it is, and never stopped.
    `prepare` gets the database's URL as soon as it answers, while RabbitMQ, the slower by far, is still starting.
    """
    given_database, given_broker = _given("DATABASE_URL"), _given("AMQP_URL")
    with ExitStack() as stack:
        stack.enter_context(claimed(state))
        amqp_url, node = (given_broker, None) if given_broker else stack.enter_context(rabbitmq(state))
        database_url = given_database or stack.enter_context(postgres(state, durable=durable))
        prepare(database_url)
        if node is not None:
            node.await_ready()
        yield Servers(database_url, amqp_url, own_database=given_database is None)


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
