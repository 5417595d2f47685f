# ruff: noqa: PLC0415 - a command imports what it needs when it runs, so that --help stays quick
from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from services.cli.batch_options import AsJson, DatabaseUrl  # noqa: TC001 - typer reads the annotation
from services.cli.failures import BROKEN, Unusable

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

#: Rows that differ and are told to people; as JSON all that were found are.
MOST_TOLD = 50


def replay(  # noqa: PLR0913 - one for each option
    *,
    into: Annotated[
        str | None, typer.Option(metavar="NAME", help="The schema to build in; without it, heatstream_replay.")
    ] = None,
    until: Annotated[
        str | None,
        typer.Option(metavar="TIME|BATCH:EVENT", help="Build the tables as they were then, or behind that event."),
    ] = None,
    compare: Annotated[bool, typer.Option("--compare", help="Compare whole tables with the live ones.")] = False,
    swap: Annotated[bool, typer.Option("--swap", help="Put the tables in the place of the live ones.")] = False,
    workers: Annotated[
        int | None, typer.Option(metavar="COUNT", min=1, max=64, help="Processes; without it, one a processor.")
    ] = None,
    anew: Annotated[bool, typer.Option("--anew", help="Begin again, even where one was cut short.")] = False,
    database_url: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Rebuild the read tables from the log.

    They are built in a schema beside the live ones, while events keep arriving, and stay there to be looked at:
    children's names are in them, so drop the schema afterwards. What was cut short is gone on with. --swap puts them in
    the place of the live ones in one transaction, without a restart of anything; events wait meanwhile. --compare
    names each row and column that differs, and leaves the schema only where one does, or --into names it. What was
    erased stays erased, --until or not. The database is asked as the role that migrates it. Exit codes: 0 done, 1 the
    tables differ, 2 bad input or no database.
    """
    import os

    import orjson
    import uvloop

    from services.cli import addresses, steps
    from services.projector.replay.beside import Until
    from services.projector.replay.replay import Then, replay

    if compare and swap:
        raise Unusable("--compare and --swap are two things: compare first, and swap when you have seen it")
    if until and (compare or swap):
        raise Unusable(
            "--until builds the tables as they were: they are not to be compared with, or to be, the live ones"
        )
    then = Then.COMPARE if compare else Then.SWAP if swap else Then.KEEP
    with steps.showing() as show:
        report = uvloop.run(
            replay(
                addresses.database_url(database_url),
                into,
                show,
                until=Until(*_until(until)),
                then=then,
                workers=workers or os.cpu_count() or 1,
                anew=anew,
            )
        )
    document = orjson.dumps(report, default=lambda one: one._asdict())
    if as_json:
        typer.echo(document)
    else:
        _tell(orjson.loads(document))
    if report.comparison is not None and report.comparison.differences:
        raise typer.Exit(BROKEN)


def _until(text: str | None) -> tuple[datetime | None, UUID | None, int | None]:
    from uuid import UUID

    from services.cli.moments import moment

    if text is None:
        return None, None, None
    batch, _, event = text.rpartition(":")
    try:
        return None, UUID(batch), int(event)
    except ValueError:
        return moment(text, "or BATCH:EVENT, like 0199c0de-0000-7000-8000-000000000000:12"), None, None


def _tell(report: dict[str, Any]) -> None:
    """What the JSON document says, for people."""
    rate = report["events"] / report["seconds"]
    typer.echo(
        f"replayed {report['events']:,} events of {report['batches']:,} batches in {report['seconds']:.1f} s"
        f" ({rate:,.0f} events/s)"
    )
    if report["unchanged"]:
        typer.echo(f"{report['unchanged']:,} of them change nothing as the fold is now")
    if report["held_back_seconds"] is not None:
        typer.echo(f"the replayed tables are the live ones; events waited {report['held_back_seconds'] * 1000:.0f} ms")
    if report["comparison"] is not None:
        for one in report["comparison"]["differences"][:MOST_TOLD]:
            what = ", ".join(one["columns"]) or ("only live" if one["live"] else "only replayed")
            typer.echo(f"{one['table']} {one['key']}: {what}")
        told = ", ".join(f"{rows:,} rows of {table}" for table, rows in report["comparison"]["rows"].items() if rows)
        typer.echo(f"different: {told}" if told else "the live tables are what the log says, byte for byte")
    if report["kept"]:
        typer.echo(f"the tables are in the schema {report['into']}; DROP SCHEMA {report['into']} CASCADE removes them")
