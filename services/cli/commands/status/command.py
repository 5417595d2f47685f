# ruff: noqa: PLC0415 - a command imports what it needs when it runs, so that --help stays quick
# ruff: noqa: TC001, TC003 - typer reads the annotations
from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Annotated

import typer

from services.cli.batch_options import AsJson, Broker, DatabaseUrl
from services.cli.commands.dead_letters.options import duration
from services.cli.failures import BROKEN, complain


def status(
    *,
    most_lag: Annotated[
        timedelta,
        typer.Option("--most-lag", metavar="TIME", parser=duration, help="A partition may be so far behind."),
    ] = "60s",  # type: ignore[assignment]  # the parser's input
    most_age: Annotated[
        timedelta,
        typer.Option("--most-age", metavar="TIME", parser=duration, help="A batch may take so long to finish."),
    ] = "1h",  # type: ignore[assignment]  # the parser's input
    as_json: AsJson = False,
    database_url: DatabaseUrl = None,
    amqp_url: Broker = None,
) -> None:
    """Say how everything is: how far behind, what waits, who works, what was set aside.

    Events behind are counted against heatstream.history, and seconds are the age of the oldest that is not written yet.
    A queue counts messages of several events each, and none that a projector holds. Set-asides and dead letters wait
    for a person, and are no illness. A server that is away is said, and the rest is printed. Exit codes: 0 healthy, 1
    not, with the reasons, 2 bad input.
    """
    from services.cli.addresses import broker_url
    from services.cli.broker import connected
    from services.cli.commands.status import report
    from services.cli.servers import NAME, opened_tables, run
    from services.runtime.settings import Settings
    from services.runtime.status.looking import Servers, look

    servers = Servers(partial(opened_tables, database_url), lambda: connected(broker_url(amqp_url), NAME))
    state = run(look(Settings(), servers))
    problems = state.problems(most_lag, most_age)
    if as_json:
        typer.echo(report.as_json(state, problems))
    else:
        report.show(state)
        for problem in problems:
            complain(problem)
    if problems:
        raise typer.Exit(BROKEN)
