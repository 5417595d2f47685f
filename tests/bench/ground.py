"""Private servers of a bench's own, on disk or in memory, and fresh databases on them."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import psycopg

from deploy.local.servers import servers
from services.runtime.migrations import migrate

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

    from deploy.local.servers import Servers

#: Where Linux keeps files in memory; elsewhere all is on disk.
MEMORY = Path("/dev/shm")  # noqa: S108 - a mount, no file of a fixed name


@dataclass(frozen=True, slots=True)
class Ground:
    """Servers, and the folder that they are in."""

    servers: Servers
    state: Path


@contextmanager
def ground(*, in_memory: bool = False) -> Iterator[Ground]:
    """Servers that wait for their disk, as in production."""
    with tempfile.TemporaryDirectory(
        prefix="heatstream-", dir=MEMORY if in_memory and MEMORY.is_dir() else None, ignore_cleanup_errors=True
    ) as name:
        folder = Path(name)
        folder.chmod(0o711)  # PostgreSQL's user passes through
        with servers(folder / "state") as up:
            yield Ground(up, folder / "state")


@contextmanager
def fresh_database(place: Ground) -> Iterator[Ground]:
    """The same servers with an empty, migrated database."""
    name = f"bench_{uuid4().hex}"
    with psycopg.connect(place.servers.database_url, autocommit=True) as owner:
        owner.execute(f"CREATE DATABASE {name}")
        url = urlunsplit(urlsplit(place.servers.database_url)._replace(path=f"/{name}"))
        migrate(url)
        yield replace(place, servers=replace(place.servers, database_url=url))
        owner.execute(f"DROP DATABASE {name} WITH (FORCE)")


async def served(
    bench: Callable[[Servers], AsyncIterator[dict[str, object]]],
) -> AsyncIterator[dict[str, object]]:
    """The figures of a bench on servers of its own, with an empty, migrated database."""
    with ground() as place, fresh_database(place) as fresh:
        async for line in bench(fresh.servers):
            yield line
