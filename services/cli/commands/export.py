# ruff: noqa: PLC0415 - a command imports what it needs when it runs, so that --help stays quick
# ruff: noqa: TC001, TC003 - typer reads the annotations
from __future__ import annotations

from typing import Annotated
from uuid import UUID

import typer

from services.cli.batch_options import DatabaseUrl
from services.cli.commands.audit import options
from services.cli.failures import Unusable
from services.cli.moments import moment


def export(
    batch: Annotated[UUID | None, typer.Argument(metavar="[BATCH]", help="All events of this batch.")] = None,
    *,
    since: Annotated[str | None, typer.Option(metavar="TIME", help="Of all batches, what was recorded since.")] = None,
    until: Annotated[str | None, typer.Option(metavar="TIME", help="And before then.")] = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Write events of the log as CloudEvents 1.0, a line of JSON each.

    As programs published them, each with `eventid`, its place in its batch, and `recordedtime`; an erased one has
    `erased` and no data. They may say children's names. Exit codes: 0, 2 bad input, no such batch, or no database.
    """
    from services.projector.audit import export as exported
    from services.projector.audit.story import log_of

    if (batch is None) == (since is None) or (until is not None and since is None):
        raise Unusable("name a batch, or say --since TIME, with --until TIME or without")
    times = [moment(text, "or name a batch") for text in (since, until) if text is not None]
    out = typer.get_binary_stream("stdout")
    with options.database(database_url) as seen:
        rows = log_of(seen, batch) if batch else exported.since(seen, *times)
        for line in exported.lines(rows):
            out.write(line)
    out.flush()
