# ruff: noqa: PLC0415 - a command imports what it needs when it runs, so that --help stays quick
# ruff: noqa: TC001 - typer reads the annotations
from __future__ import annotations

from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from services.cli import batch_options
from services.cli.batch_options import AsJson, Broker, DatabaseUrl
from services.cli.commands.dead_letters.options import Yes
from services.cli.failures import BROKEN, Unusable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from services.cli.commands.erase.report import Report


def erase(  # noqa: PLR0913 - the arguments are the command line
    *,
    swimmer: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Every batch of this swimmer, in any spelling, order of words or case."),
    ] = None,
    batch: Annotated[list[UUID] | None, typer.Option(metavar="BATCH", help="This batch; repeatable.")] = None,
    yes: Yes = False,
    as_json: AsJson = False,
    database_url: DatabaseUrl = None,
    amqp_url: Broker = None,
) -> None:
    """Erase a swimmer's batches, or named ones, wherever the servers keep them. There is no way back.

    Says what would go; --yes does it, and stays until it is gone from log, tables, links, set-asides and dead letters.
    It names the request, which stays in the logs of the batches. What a stream and backups keep for how long stands in
    docs/privacy.md. With --json it prints one document. Exit codes: 0, 1 not all is erased yet, 2 bad input or no
    server.
    """
    if (swimmer is None) == (not batch):
        raise Unusable("say what to erase: either --swimmer 'First Last', or --batch with its id")
    from services.cli.servers import run

    name = None if swimmer is None else batch_options.swimmer(swimmer)
    report = run(_erase(name, batch or [], database_url, amqp_url, dry_run=not yes))
    if as_json:
        typer.echo(report.as_json())
    else:
        report.show()
    if report.unfinished:
        raise typer.Exit(BROKEN)


async def _erase(
    name: str | None, named: Sequence[UUID], database_url: str | None, amqp_url: str | None, *, dry_run: bool
) -> Report:
    from services.cli.commands.dead_letters.office import open_office
    from services.cli.commands.erase.doing import erased, order
    from services.cli.commands.erase.letters import settle
    from services.cli.commands.erase.plan import plan
    from services.cli.commands.erase.report import Report
    from services.cli.commands.erase.swimmer import Swimmer
    from services.cli.servers import opened_tables
    from services.runtime.clock import new_id

    swimmer = None if name is None else Swimmer(name)
    async with opened_tables(database_url) as tables, open_office(amqp_url) as office:
        planned = await plan(tables, swimmer, named)
        batches = [one.batch_id for one in planned.batches]
        request, gone = None, set[UUID]()
        if batches and not dry_run:
            request = f"erase-{new_id()}"
            await order(office.url, batches, request)
            gone = await erased(tables, batches)
        letters = await settle(office, {*batches, *planned.erased_already}, swimmer, dry_run=dry_run)
        return Report(planned, letters, gone, request, dry_run=dry_run)
