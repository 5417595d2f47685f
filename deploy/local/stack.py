from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from deploy.local import machine, services
from deploy.local.servers import servers
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

    Everything is kept under `state`, so that the next start finds its data. While it runs, `state/api-url` has the
    gateway's address for the command line.
    """
    port = http_port or machine.free_port()
    with servers(state, prepare=migrate) as up, services.running(up, state, port) as processes:
        address = state / "api-url"
        address.write_text(f"http://127.0.0.1:{port}")
        try:
            yield Running(address.read_text(), processes)
        finally:
            address.unlink(missing_ok=True)
