# ruff: noqa: PLC0415 - a command imports what it needs when it runs, so that --help stays quick
from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from services.cli.batch_options import AsJson, Broker, DatabaseUrl  # noqa: TC001 - typer reads the annotation

if TYPE_CHECKING:
    from datetime import datetime


def recover(
    *,
    since: Annotated[
        str,
        typer.Option(
            metavar="TIME|OFFSET", help="Where to begin; rather too early than too late: repeats are harmless."
        ),
    ],
    amqp_url: Broker = None,
    database_url: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Bring a restored database up to date.

    Folds from the stream heatstream.history what the database lacks: what was recorded between its backup and its
    loss. Begin before the backup was taken, an hour say; what the log has is left as it is. It ends where the stream
    ended when it began. Start the projector behind it, so that events come in their order; beside it nothing breaks.
    The database is written as the projector's role or its owner. Exit codes: 0 done, 2 bad input, no broker or no
    database; run it again to go on.
    """
    from dataclasses import asdict

    import orjson
    import uvloop

    from services.cli import addresses, steps
    from services.projector.replay.recover import recover
    from services.runtime import log

    log.configure("cli", "warning")
    with steps.showing() as show:
        done = uvloop.run(
            recover(addresses.broker_url(amqp_url), addresses.database_url(database_url), _start(since), show)
        )
    document = asdict(done)
    if as_json:
        typer.echo(orjson.dumps(document))
    else:
        _tell(document)


def _start(text: str) -> datetime | int:
    from services.cli.moments import moment

    return int(text) if text.isdecimal() else moment(text, "or an offset, like 120000")


def _tell(done: dict[str, Any]) -> None:
    if done["last"] is None:
        typer.echo("the stream says nothing from there on")
        return
    typer.echo(
        f"read {done['events']:,} events (offsets {done['first']} to {done['last']}) in {done['seconds']:.1f} s:"
        f" {done['known']:,} were known, {done['recorded']:,} are recorded"
    )
    for reason, count in done["set_aside"].items():
        typer.echo(f"{count:,} were set aside: {reason}")
    if "unknown_batch" in done["set_aside"]:
        typer.echo("some are of batches that the database does not have: begin earlier", err=True)
