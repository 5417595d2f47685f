from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from deploy.local.postgres import postgres
from deploy.local.rabbitmq import rabbitmq

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Servers:
    """Where the two servers are. `own_database` says that we started PostgreSQL, and may make login users in it."""

    database_url: str
    amqp_url: str
    own_database: bool


@contextmanager
def servers(state: Path, *, durable: bool = True) -> Iterator[Servers]:
    """A private PostgreSQL and RabbitMQ, started side by side. Raises NotStarted.

    `DATABASE_URL` and `AMQP_URL` of the environment win: that server is then taken as it is, and never stopped.
    """
    given = os.environ.get("DATABASE_URL"), os.environ.get("AMQP_URL")
    with ExitStack() as stack, ThreadPoolExecutor(2) as pool:

        def start(url: str | None, server: AbstractContextManager[str]) -> str:
            return url or stack.enter_context(server)

        database = pool.submit(start, given[0], postgres(state, durable=durable))
        broker = pool.submit(start, given[1], rabbitmq(state))
        yield Servers(database.result(), broker.result(), own_database=given[0] is None)
