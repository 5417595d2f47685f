# ruff: noqa: PLC0415 - a command imports what it needs when it runs, so that --help stays quick
# ruff: noqa: TC001 - typer reads the annotations
from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from services.cli.batch_options import AsJson, Broker
from services.cli.commands.dead_letters import options
from services.cli.failures import BROKEN, complain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from services.runtime.dead_letters.choice import Choice


def list_(  # noqa: PLR0913 - one for each filter
    *,
    queue: options.Queues = None,
    reason: options.Reasons = None,
    type_: options.Types = None,
    batch: options.Batches = None,
    ids: options.Ids = None,
    older_than: options.OlderThan = None,
    newer_than: options.NewerThan = None,
    limit: options.Limit = None,
    as_json: AsJson = False,
    amqp_url: Broker = None,
) -> None:
    """List what lies in the queues of dead letters, oldest first.

    Changes nothing, and never prints a body: it may say a child's name. With --json each letter is one line. The age
    counts from its death or, where nobody wrote that down, from when it was sent. Exit codes: 0, 2 bad input or no
    broker.
    """
    from services.cli.commands.dead_letters.office import run

    choice = options.choice(
        ids=ids, reasons=reason, types=type_, batches=batch, older_than=older_than, newer_than=newer_than
    )
    run(_list(amqp_url, options.queues(queue), choice, limit, as_json=as_json))


def show(
    letter_id: Annotated[str, typer.Argument(metavar="ID", help="As `heatstream dead-letters list` prints it.")],
    *,
    queue: options.Queues = None,
    as_json: AsJson = False,
    amqp_url: Broker = None,
) -> None:
    """Print one letter whole, with its headers and its body.

    The body may say a child's name. Of letters with the same id each is printed. Exit codes: 0, 1 there is no such
    letter, 2 bad input or no broker.
    """
    from services.cli.commands.dead_letters.office import run

    if not run(_show(amqp_url, options.queues(queue), options.choice(ids=[letter_id]), as_json=as_json)):
        complain(f"there is no dead letter {letter_id}: `heatstream dead-letters list` prints those that are")
        raise typer.Exit(BROKEN)


async def _list(
    amqp_url: str | None, queues: Sequence[str], choice: Choice, limit: int | None, *, as_json: bool
) -> None:
    import json

    from services.cli.commands.dead_letters import letters
    from services.cli.commands.dead_letters.office import open_office
    from services.cli.tables import print_table

    table = letters.table()
    async with open_office(amqp_url) as office:
        async for letter in office.chosen(queues, choice, limit):
            if as_json:
                typer.echo(json.dumps(letters.summary(letter)))
            else:
                table.add_row(*letters.row(letter))
    if as_json:
        return
    if table.row_count:
        print_table(table)
    else:
        typer.echo("no dead letters")


async def _show(amqp_url: str | None, queues: Sequence[str], choice: Choice, *, as_json: bool) -> int:
    """How many were shown."""
    import json

    from services.cli.commands.dead_letters import letters
    from services.cli.commands.dead_letters.office import open_office

    shown = 0
    async with open_office(amqp_url) as office:
        async for letter in office.chosen(queues, choice):
            typer.echo(json.dumps(letters.whole(letter)) if as_json else letters.page(letter))
            shown += 1
    return shown
