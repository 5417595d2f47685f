from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from deploy.local import machine
from deploy.local.servers import launched_servers
from deploy.local.services import launched_services
from services.runtime.migrations import migrate

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from deploy.local.process import Process


@dataclass(frozen=True, slots=True)
class Running:
    """A whole Heatstream on this machine: where its gateway is, and its service processes."""

    api_url: str
    services: list[Process]


@contextmanager
def stack(state: Path, *, http_port: int | None = None) -> Iterator[Running]:
    """Servers, migrations and services, up and ready; all of it stops on leaving. Raises NotStarted.

    Everything is kept under `state`, so that the next start finds its data. While it runs, `state/api-url`,
    `state/amqp-url` and `state/database-url` have the addresses of gateway and servers for the command line.
    """
    port = http_port or machine.free_port()
    with launched_servers(state) as (servers, await_broker):
        migrate(servers.database_url)
        # While the broker loads its code on one core, the services load theirs on another.
        with launched_services(servers, state, port) as services:
            await_broker()
            for service in services:
                service.await_ready()
            with (
                _told(state / "api-url", f"http://127.0.0.1:{port}") as api_url,
                _told(state / "amqp-url", servers.amqp_url),
                _told(state / "database-url", servers.database_url),
            ):
                yield Running(api_url, services)


@contextmanager
def _told(file: Path, url: str) -> Iterator[str]:
    """The address in a file for as long as it is good; for the owner's eyes, because it may have a password."""
    file.touch(mode=0o600)
    file.write_text(url)
    try:
        yield url
    finally:
        file.unlink(missing_ok=True)
