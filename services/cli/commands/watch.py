# ruff: noqa: PLC0415 - a command imports what it needs when it runs, so that --help stays quick
# ruff: noqa: TC003 - typer reads the annotations
from __future__ import annotations

from typing import Annotated
from uuid import UUID

import typer

from services.cli.batch_options import Api, AsJson, KeyFile, gateway_at, job_names


def watch(
    batch: Annotated[UUID, typer.Argument(metavar="BATCH", help="The id that `heatstream submit` printed.")],
    *,
    poll: Annotated[
        bool, typer.Option("--poll", help="Ask again and again, where something on the way cuts or holds back streams.")
    ] = False,
    as_json: AsJson = False,
    api: Api = None,
    key_file: KeyFile = None,
) -> None:
    """Follow a batch, then print the schedule.

    Tells every event from the first to the last. A line that is cut is taken up where it broke. With --json each event
    is one line of JSON, and nothing else is printed. Exit codes: 0 found, 3 every sheet was read and the swimmer is in
    none, 1 a sheet could not be read or the batch was cancelled, 2 bad input or no gateway.
    """
    import json
    from dataclasses import asdict

    from services.cli import outcome, progress

    with gateway_at(api, key_file) as gateway:
        events = gateway.poll(batch) if poll else gateway.events(batch)
        if as_json:
            for news in events:
                typer.echo(json.dumps(asdict(news)))
        else:
            with progress.showing(lambda: job_names(gateway.batch(batch))) as show:
                for news in events:
                    show(news)
        results = gateway.results(batch)
    if not as_json:
        outcome.show(results)
    raise typer.Exit(outcome.exit_code(results))
