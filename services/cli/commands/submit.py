# ruff: noqa: PLC0415 - a command imports what it needs when it runs, so that --help stays quick
# ruff: noqa: TC001, TC003 - typer reads the annotations
from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from services.cli import batch_options
from services.cli.batch_options import Api, AsJson


def submit(  # noqa: PLR0913 - the arguments are the command line
    sources: Annotated[list[str], typer.Argument(metavar="PDF|URL…", help="Heat sheets: files, or links to them.")],
    swimmer: Annotated[str, typer.Option(metavar="NAME", help="Whose swims: 'First Last' or 'Last, First'.")],
    *,
    watch: Annotated[
        bool, typer.Option("--watch", help="Stay until the batch is over, and print the schedule.")
    ] = False,
    ics: Annotated[
        Path | None, typer.Option(metavar="FILE", dir_okay=False, help="Write the schedule as a calendar; stays, too.")
    ] = None,
    as_json: AsJson = False,
    api: Api = None,
) -> None:
    """Hand in heat sheets and a swimmer's name.

    The work goes on without you. Prints the batch's id, which `heatstream watch` takes. With --json it prints where to
    look and listen, or, with --watch, the whole schedule. Exit codes: 0 taken (with --watch: found), 3 every sheet was
    read and the swimmer is in none, 1 a sheet could not be read or the batch was cancelled, 2 bad input or no gateway.
    """
    from services.cli import outcome, progress
    from services.cli.gateway import Gateway

    name, wanted = batch_options.swimmer(swimmer), [batch_options.source(argument) for argument in sources]
    with Gateway(batch_options.gateway_url(api)) as gateway:
        taken = gateway.submit(name, wanted)
        if not (watch or ics):
            typer.echo(taken.model_dump_json() if as_json else f"{taken.batch_id}\n{gateway.url}{taken.url}")
            return
        typer.echo(f"batch {taken.batch_id}", err=True)
        with progress.showing(lambda: batch_options.names(wanted)) as show:
            for news in gateway.events(taken.batch_id):
                show(news)
        results = gateway.results(taken.batch_id)
        if ics:
            ics.write_bytes(gateway.calendar(taken.batch_id))
            typer.echo(f"calendar: {ics}", err=True)
    if as_json:
        typer.echo(results.model_dump_json())
    else:
        outcome.show(results)
    raise typer.Exit(outcome.exit_code(results))
