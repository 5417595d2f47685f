"""How the audit looks at the database: in one READ ONLY transaction, so at one moment, and never writing."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import psycopg

from schema.errors import Transient
from services.runtime.queries import query

if TYPE_CHECKING:
    from collections.abc import Iterator

    #: A connection inside its one transaction.
    Looking = psycopg.Connection[tuple[Any, ...]]

_OPTIONS = " ".join(
    f"-c {setting}"
    for setting in (
        "default_transaction_read_only=on",
        "default_transaction_isolation=repeatable\\ read",
        "timezone=UTC",
        "jit=off",  # compiling takes longer than any of our statements runs
    )
)

_FEW = 200


@contextmanager
def looking(url: str, *, moment: str | None = None) -> Iterator[Looking]:
    """A connection that sees the database as it is now, or at a `moment` that `moment_of` gave another one.

    Raises Transient when the database is away, before or during its use.
    """
    with (
        reaching(),
        psycopg.connect(
            url,
            options=_OPTIONS,
            application_name="heatstream-audit",
            connect_timeout=5,
            cursor_factory=psycopg.RawCursor,
        ) as seen,
    ):
        if moment is not None:
            seen.execute(psycopg.sql.SQL("SET TRANSACTION SNAPSHOT {}").format(moment))
        yield seen
        seen.rollback()


@contextmanager
def reaching() -> Iterator[None]:
    """Raises Transient when the database is away meanwhile."""
    try:
        yield
    except (psycopg.OperationalError, psycopg.InterfaceError) as gone:
        raise Transient(f"the database cannot be reached: {' '.join(str(gone).split())}") from gone


def moment_of(seen: Looking) -> str:
    """What lets others look at the same moment, as long as this transaction lasts."""
    return str(seen.execute("SELECT pg_export_snapshot()").fetchall()[0][0])


def few(seen: Looking, name: str, *arguments: object) -> Iterator[tuple[Any, ...]]:
    """The rows of `fetch`, made a few at a time: what is let go soon stays in the processor's cache."""
    found = seen.execute(query(name), arguments, binary=True)
    while some := found.fetchmany(_FEW):
        yield from some


def fetch(seen: Looking, name: str, *arguments: object) -> list[tuple[Any, ...]]:
    """All rows of a query file. In binary form and at once: row by row, by COPY too, costs twice the time."""
    return seen.execute(query(name), arguments, binary=True).fetchall()
