# ruff: noqa: PLC0415 - a command imports what it needs when it runs, so that --help stays quick
# ruff: noqa: TC001 - typer reads the annotations
from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from services.cli.batch_options import AsJson, DatabaseUrl
from services.cli.commands.dead_letters.options import Batches
from services.cli.commands.set_aside import options
from services.cli.failures import BROKEN, complain

if TYPE_CHECKING:
    from services.cli.commands.set_aside.asides import Filters


def list_(  # noqa: PLR0913 - one for each filter
    *,
    reason: options.Reasons = None,
    batch: Batches = None,
    ids: options.Ids = None,
    older_than: options.OlderThan = None,
    newer_than: options.NewerThan = None,
    only_open: Annotated[
        bool, typer.Option("--open", help="Only what was not retried yet, or was set aside again since.")
    ] = False,
    limit: options.Limit = None,
    as_json: AsJson = False,
    database_url: DatabaseUrl = None,
) -> None:
    """List the events that the projector set aside, oldest first.

    Never prints their bytes: they may say a child's name. With --json each is one line. `times` is how often the same
    bytes came, the age counts from the first time. Exit codes: 0, 2 bad input or no database.
    """
    from services.cli.servers import run

    filters = options.filters(
        ids=ids,
        reasons=reason,
        batches=batch,
        older_than=older_than,
        newer_than=newer_than,
        only_open=only_open,
        limit=limit,
    )
    run(_list(database_url, filters, as_json=as_json))


def show(
    aside_id: Annotated[int, typer.Argument(metavar="ID", help="As `heatstream set-aside list` prints it.")],
    *,
    as_json: AsJson = False,
    database_url: DatabaseUrl = None,
) -> None:
    """Print one set-aside event whole, with its bytes, which may say a child's name.

    Exit codes: 0, 1 there is no such event, 2 no database.
    """
    from services.cli.commands.dead_letters.letters import page_of
    from services.cli.servers import run

    document = run(_whole(database_url, aside_id))
    if document is None:
        complain(f"nothing set aside has the id {aside_id}: `heatstream set-aside list` prints what there is")
        raise typer.Exit(BROKEN)
    typer.echo(json.dumps(document) if as_json else page_of(document))


async def _list(database_url: str | None, filters: Filters, *, as_json: bool) -> None:
    from services.cli.commands.set_aside import drawing
    from services.cli.commands.set_aside.asides import chosen
    from services.cli.servers import opened_tables
    from services.cli.tables import print_table

    table = drawing.table()
    async with opened_tables(database_url) as tables:
        async for aside in chosen(tables, filters):
            if as_json:
                typer.echo(aside.model_dump_json())
            else:
                table.add_row(*drawing.row(aside))
    if as_json:
        return
    if table.row_count:
        print_table(table)
    else:
        typer.echo("nothing is set aside")


async def _whole(database_url: str | None, aside_id: int) -> dict[str, Any] | None:
    from services.cli.commands.set_aside.drawing import whole
    from services.cli.servers import opened_tables

    async with opened_tables(database_url) as tables:
        rows = await tables.rows("cli_set_aside", aside_id)
    return whole(rows[0]) if rows else None
