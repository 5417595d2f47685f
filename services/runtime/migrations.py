from __future__ import annotations

from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from yoyo import get_backend, read_migrations

import schema

MIGRATIONS = Path(schema.__file__).parent / "migrations"


def migrate(database_url: str) -> list[str]:
    """Bring a database to the newest schema; returns the ids of what was applied. Safe to call twice at once."""
    backend = get_backend(_for_psycopg(database_url))
    with closing(backend.connection), backend.lock():
        due = backend.to_apply(read_migrations(str(MIGRATIONS)))
        backend.apply_migrations(due)
        return [migration.id for migration in due]


def roll_back(database_url: str) -> list[str]:
    """Take every migration back, newest first; returns their ids. All data of the database goes with them."""
    backend = get_backend(_for_psycopg(database_url))
    with closing(backend.connection), backend.lock():
        due = backend.to_rollback(read_migrations(str(MIGRATIONS)))
        backend.rollback_migrations(due)
        return [migration.id for migration in due]


def _for_psycopg(url: str) -> str:
    """yoyo speaks psycopg 3, and names the driver in the scheme."""  # noqa: D403 - yoyo writes itself small
    parts = urlsplit(url)
    return urlunsplit(parts._replace(scheme="postgresql+psycopg"))
