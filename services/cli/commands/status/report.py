"""How a state is shown."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

import typer
from rich import box
from rich.table import Table
from rich.text import Text

from services.cli.commands.dead_letters.letters import age, short
from services.cli.printable import printable
from services.cli.tables import print_table
from services.runtime.clock import now

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from services.runtime.status.state import State


def as_json(state: State, problems: Sequence[str]) -> str:
    document = {
        "healthy": not problems,
        "problems": list(problems),
        **asdict(state),
        "broker": state.broker is None,
        "database": state.database is None,
        "dead_letters": state.dead_letters,
    }
    return json.dumps(document, default=str)


def show(state: State) -> None:
    """A table for each kind of thing that could be looked at."""
    if state.partitions:
        rows = (
            (lag.partition, lag.messages, _count(lag.events, at_least=lag.at_least), _seconds(lag.seconds))
            for lag in state.partitions
        )
        print_table(_table(("partition", "messages", "events", "seconds behind"), rows))
    if state.queues:
        rows_of_queues = ((short(queue.name), queue.messages, queue.consumers) for queue in state.queues)
        print_table(_table(("queue", "messages", "consumers"), rows_of_queues))
    if state.set_asides:
        rows_of_reasons = ((one.reason, one.rows, one.times, one.open) for one in state.set_asides)
        print_table(_table(("set aside", "events", "times", "open"), rows_of_reasons))
    if state.queues:
        typer.echo(f"dead letters: {state.dead_letters}")
    if (oldest := state.unfinished) is not None:
        since = age(now() - oldest.created_at)
        typer.echo(f"unfinished batches: {oldest.batches}, the oldest {oldest.batch_id} is {oldest.status} for {since}")
    elif state.database is None:
        typer.echo("unfinished batches: 0")


def _count(count: int | None, *, at_least: bool) -> str | None:
    return None if count is None else f"{count}{'+' if at_least else ''}"


def _seconds(seconds: float | None) -> str | None:
    return None if seconds is None else f"{seconds:.1f}"


def _table(columns: Sequence[str], rows: Iterable[Iterable[object]]) -> Table:
    drawn = Table(box=box.SIMPLE_HEAD)
    for place, name in enumerate(columns):
        drawn.add_column(name, justify="right" if place else "left")
    for row in rows:
        drawn.add_row(*(Text("?" if cell is None else printable(str(cell))) for cell in row))
    return drawn
