# ruff: noqa: PLC0415 - a command imports what it needs when it runs, so that --help stays quick
# ruff: noqa: TC001, TC003 - typer reads the annotations
from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from services.cli import batch_options
from services.cli.batch_options import AsJson
from services.cli.failures import ABSENT, FOUND, Unusable

if TYPE_CHECKING:
    from services.worker.extraction import KeptSheet


def extract(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A heat sheet, as PDF.")],
    *,
    swimmer: Annotated[
        str | None, typer.Option(metavar="NAME", help="Whose swims: 'First Last' or 'Last, First'.")
    ] = None,
    everyone: Annotated[bool, typer.Option("--all", help="Every entry of the sheet.")] = False,
    as_json: AsJson = False,
) -> None:
    """Read one heat sheet here and now; no server is needed.

    The PDF is read in a child process with bounded memory and time, as a worker reads it. Exit codes: 0 found, 3 the
    sheet was read and the swimmer is not in it (near names on standard error), 2 bad input.
    """
    if everyone == (swimmer is not None):
        raise Unusable("say whose swims to look for: either --swimmer 'First Last', or --all for every entry")
    name = swimmer if swimmer is None else batch_options.swimmer(swimmer)
    kept = _read(batch_options.readable(file).read_bytes())

    from services.cli import outcome, tables

    if name is None:
        sheet = kept.sheet()
        outcome.warn(sheet.warnings, file.name)
        if as_json:
            typer.echo(sheet.model_dump_json())
        else:
            tables.print_table(tables.entries(sheet))
        return

    from services.worker.extraction import find

    result = find(kept, name)
    outcome.warn(result.warnings, file.name)
    if as_json:
        typer.echo(result.model_dump_json())
    elif result.events:
        tables.print_table(tables.swims(result))
    raise typer.Exit(FOUND if result.events else ABSENT)


def _read(pdf: bytes) -> KeptSheet:
    """Everything that the PDF prints. Raises JobFault and Unusable."""
    import asyncio

    from services.worker.extraction import Sandbox

    async def read() -> KeptSheet:
        async with Sandbox() as sandbox:
            return await sandbox.read(pdf)

    return asyncio.run(read())
