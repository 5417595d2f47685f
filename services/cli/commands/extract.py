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
    from rich.table import Table

    from schema.extraction import ExtractionResult, Sheet, TeamSwims
    from services.worker.extraction import KeptSheet

    Answer = ExtractionResult | TeamSwims | Sheet


def extract(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A heat sheet, as PDF.")],
    *,
    swimmer: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Whose swims: 'First Last' or 'Last, First'; once for each swimmer."),
    ] = None,
    team: Annotated[
        str | None,
        typer.Option(
            metavar="CODE",
            help="A whole team's swims, relays leg by leg. As the sheet prints it, with or without the committee: LASC"
            " finds LASC-CA.",
        ),
    ] = None,
    everyone: Annotated[bool, typer.Option("--all", help="Every entry of the sheet.")] = False,
    as_json: AsJson = False,
) -> None:
    """Read one heat sheet here and now; no server is needed.

    The PDF is read in a child process with bounded memory and time, as a worker reads it. With --json it prints one
    object a line: the sheet, the team, or a line for each swimmer. Exit codes: 0 found, 3 the sheet was read and one of
    the swimmers, or the team, is not in it (near names on standard error), 2 bad input.
    """
    if [everyone, bool(swimmer), team is not None].count(True) != 1:
        raise Unusable(
            "say whose swims to look for: either --swimmer 'First Last', or --team CODE, or --all for every entry"
        )
    names = batch_options.swimmers(swimmer or [])
    code = None if team is None else batch_options.team(team)
    kept = _read(batch_options.readable(file).read_bytes())

    from services.cli import outcome, tables
    from services.worker.extraction import find, find_team

    answers: list[tuple[Answer, Table]] = []
    if everyone:
        sheet = kept.sheet()
        answers = [(sheet, tables.entries(sheet))]
    elif code is not None:
        swims = find_team(kept, code)
        answers = [(swims, tables.team(swims))]
    else:
        answers = [(found, tables.swims(found)) for found in (find(kept, name) for name in names)]
    outcome.warn(dict.fromkeys(warning for answer, _ in answers for warning in answer.warnings), file.name)
    for answer, table in answers:
        if as_json:
            typer.echo(answer.model_dump_json())
        elif table.row_count or everyone:
            tables.print_table(table)
    raise typer.Exit(FOUND if everyone or all(table.row_count for _, table in answers) else ABSENT)


def _read(pdf: bytes) -> KeptSheet:
    """Everything that the PDF prints. Raises JobFault and Unusable."""
    import asyncio
    from functools import partial

    from services.worker.extraction import LocalExtractor, Sandbox
    from services.worker.extraction.ocr.recognition import Recogniser

    async def read() -> KeptSheet:
        async with Sandbox(spares=0) as sandbox:  # one PDF
            extractor = LocalExtractor(sandbox, Recogniser.where_installed(sandbox))
            return await extractor.read(pdf, partial(typer.echo, err=True))

    return asyncio.run(read())
