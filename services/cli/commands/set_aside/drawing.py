"""How a set-aside is shown. What strangers wrote reaches a terminal without its control characters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich import box
from rich.table import Table
from rich.text import Text

from services.cli.commands.dead_letters.letters import age, body_of, short
from services.cli.printable import printable
from services.runtime.clock import now

if TYPE_CHECKING:
    import asyncpg

    from schema.admin_views import SetAsideView

COLUMNS = ("id", "reason", "batch", "queue", "age", "times", "retried", "open")


def whole(row: asyncpg.Record) -> dict[str, Any]:
    """A row of `cli_set_aside` with its body: the document where it is JSON, else its text; None where it is erased."""
    told = {name: _plain(value) for name, value in row.items() if name != "body"}
    return {**told, **({"body": None} if row["body"] is None else body_of(row["body"]))}


def table() -> Table:
    drawn = Table(box=box.SIMPLE_HEAD)
    for name in COLUMNS:
        drawn.add_column(name, justify="right" if name in ("id", "age", "times") else "left")
    return drawn


def row(aside: SetAsideView) -> tuple[Text, ...]:
    cells = (
        str(aside.id),
        aside.reason,
        str(aside.batch_id or ""),
        short(aside.queue),
        age(now() - aside.recorded_at),
        str(aside.times),
        f"{age(now() - aside.retried_at)} ago" if aside.retried_at else "",
        "yes" if aside.open else "erased" if aside.bytes is None else "no",
    )
    return tuple(Text(printable(cell)) for cell in cells)


def _plain(value: object) -> int | str | None:
    return value if isinstance(value, int | None) else str(value)
