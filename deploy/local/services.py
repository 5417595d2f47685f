"""The three services as separate processes, each as its own database user."""

from __future__ import annotations

import secrets
import sys
import urllib.request
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import TYPE_CHECKING
from urllib.error import URLError
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from deploy.local import machine
from deploy.local.claim import mark
from deploy.local.process import Process, launched

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from deploy.local.servers import Servers

SERVICES = ("projector", "worker", "api")
#: Shorter than on a cluster: whoever presses Ctrl-C waits for it.
DRAIN_SECONDS = 3
GRACE_SECONDS = 4


def service(name: str, servers: Servers, state: Path, http_port: int) -> tuple[list[str], dict[str, str], str]:
    """What starts one service: command, environment, and the address that says when it is ready."""
    port = http_port if name == "api" else machine.free_port()
    environment = mark(state) | {
        "HEATSTREAM_AMQP_URL": servers.amqp_url,
        "HEATSTREAM_DATABASE_URL": login(servers, name),
        "HEATSTREAM_BLOB_URL": f"file://{state.resolve()}/blobs",
        "HEATSTREAM_DRAIN_SECONDS": str(DRAIN_SECONDS),
        "HEATSTREAM_GRACE_SECONDS": str(GRACE_SECONDS),
        "HEATSTREAM_HTTP_PORT" if name == "api" else "HEATSTREAM_HEALTH_PORT": str(port),
    }
    return [sys.executable, "-m", "services.cli", name], environment, f"http://127.0.0.1:{port}/health/ready"


@contextmanager
def launched_services(servers: Servers, state: Path, http_port: int) -> Iterator[list[Process]]:
    """All three services, on their way; they need no broker for it. Asked to stop at once. Raises NotStarted."""
    started: list[Process] = []
    with ExitStack() as stack:
        try:
            for name in SERVICES:
                command, environment, ready_url = service(name, servers, state, http_port)
                service_process = launched(
                    name,
                    command,
                    log=state / "logs" / f"{name}.log",
                    ready=partial(is_ready, ready_url),
                    environment=environment,
                )
                started.append(stack.enter_context(service_process))
            yield started
        finally:
            for one in started:
                one.ask_to_stop(within_seconds=GRACE_SECONDS)


def login(servers: Servers, name: str) -> str:
    """The URL of a database user that may do what its service may, and no more.

    On a database that was given to us no users are made: the URL is used as it is.
    """
    if not servers.own_database:
        return servers.database_url
    parts = urlsplit(servers.database_url)
    user, password = f"{name}_login", secrets.token_urlsafe(24)
    with psycopg.connect(servers.database_url, autocommit=True) as connection:
        known = connection.execute("SELECT FROM pg_roles WHERE rolname = %s", [user]).fetchone() is not None
        role = sql.SQL("ALTER ROLE {} LOGIN PASSWORD {}" if known else "CREATE ROLE {} LOGIN PASSWORD {}")
        connection.execute(role.format(sql.Identifier(user), sql.Literal(password)))
        connection.execute(sql.SQL("GRANT {} TO {}").format(sql.Identifier(f"heatstream_{name}"), sql.Identifier(user)))
    return urlunsplit(parts._replace(netloc=f"{user}:{password}@{parts.hostname}:{parts.port}"))


def is_ready(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310 - our own loopback address
            return bool(answer.status == 200)  # noqa: PLR2004 - OK
    except (URLError, OSError):
        return False
