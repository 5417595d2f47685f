# ruff: noqa: PLC0415 - a command imports what it needs when it runs, so that --help stays quick
# ruff: noqa: TC001, TC003 - typer reads the annotations
from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from services.cli import batch_options
from services.cli.batch_options import Api, AsJson, KeyFile
from services.cli.failures import BROKEN, Unusable
from services.cli.printable import printable, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from schema.views import ResultsView, SubmittedView
    from services.client.gateway import Gateway


def submit(  # noqa: PLR0913 - the arguments are the command line
    sources: Annotated[list[str], typer.Argument(metavar="PDF|URL…", help="Heat sheets: files, or links to them.")],
    swimmer: Annotated[
        list[str],
        typer.Option(metavar="NAME", help="Whose swims: 'First Last' or 'Last, First'; once for each swimmer."),
    ],
    *,
    watch: Annotated[
        bool, typer.Option("--watch", help="Stay until all is read, and print a schedule for each swimmer.")
    ] = False,
    ics: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            dir_okay=False,
            help="Write the schedule as a calendar; stays, too. Each of several swimmers has a file of their own, to be"
            " a calendar of its own: FILE with the name in it (meet.ics: meet-maya-lindqvist.ics).",
        ),
    ] = None,
    alarm: Annotated[
        int | None, typer.Option(metavar="5|10|15", help="With --ics: remind so many minutes before each swim.")
    ] = None,
    zone: Annotated[
        str | None,
        typer.Option(
            "--tz",
            metavar="ZONE",
            help="With --ics: the pool's time zone, as Europe/Berlin; without it times are the clock on the wall.",
        ),
    ] = None,
    as_json: AsJson = False,
    api: Api = None,
    key_file: KeyFile = None,
) -> None:
    """Hand in heat sheets and the names of one or more swimmers.

    Each swimmer is a batch of their own over the same sheets, which are sent and read once. The work goes on without
    you. Prints each batch's id, which `heatstream watch` takes. With --json it prints where to look and listen, or,
    with --watch, the whole schedule of each swimmer in a line. Exit codes: 0 taken (with --watch: all are found), 3
    every sheet was read and one of the swimmers is in none, 1 a sheet could not be read or a batch was cancelled, 2 bad
    input or no gateway.
    """
    from services.cli import calendar_files, outcome
    from services.client.calls import NO_WISHES

    names, wanted = batch_options.swimmers(swimmer), [batch_options.source(argument) for argument in sources]
    calendars = calendar_files.one_each(_in_a_folder(ics), names) if ics else []
    wishes = calendar_files.wishes(alarm, zone)
    if wishes != NO_WISHES and not ics:
        raise Unusable("--alarm and --tz are for a calendar: say --ics FILE too")
    with batch_options.gateway_at(api, key_file) as gateway:
        taken = gateway.submit(names, wanted)
        if not (watch or ics):
            typer.echo(taken.model_dump_json() if as_json else _told(taken, gateway.url))
            return
        schedules = _follow(gateway, taken, batch_options.names(wanted))
        for batch, path in zip(taken.batches, calendars, strict=bool(calendars)):
            _write(path, gateway.calendar(batch.batch_id, wishes))
    for schedule in schedules:
        if as_json:
            typer.echo(schedule.model_dump_json())
        else:
            outcome.show(schedule)
    codes = {outcome.exit_code(schedule) for schedule in schedules}
    raise typer.Exit(BROKEN if BROKEN in codes else max(codes))


def _in_a_folder(file: Path) -> Path:
    if not file.parent.is_dir():
        raise Unusable(f"{file} cannot be written: there is no folder {file.parent}")
    return file


def _told(taken: SubmittedView, gateway_url: str) -> str:
    """The id and the address of a batch, in two lines; of several, in a line each with whose it is."""
    if len(taken.batches) == 1:
        return f"{taken.batch_id}\n{gateway_url}{taken.url}"
    return "\n".join(
        f"{batch.batch_id}  {gateway_url}{batch.url}  {printable(batch.swimmer)}" for batch in taken.batches
    )


def _follow(gateway: Gateway, taken: SubmittedView, sources: dict[int, str]) -> Sequence[ResultsView]:
    """Show all batches until they are over; their schedules in the order of the swimmers."""
    from services.cli import progress

    whose = {batch.batch_id: batch.swimmer for batch in taken.batches}
    several = len(whose) > 1
    for batch in taken.batches:
        say(f"batch {batch.batch_id}" + (f" · {batch.swimmer}" if several else ""), err=True)
    with progress.showing(lambda: sources) as show:
        for news in gateway.watch(list(whose)) if several else gateway.events(taken.batch_id):
            show(news, whose[news.batch_id] if several else "")
    return [gateway.results(batch.batch_id) for batch in taken.batches]


def _write(path: Path, calendar: bytes) -> None:
    try:
        path.write_bytes(calendar)
    except OSError as failure:
        raise Unusable(f"{path} cannot be written: {failure.strerror}") from failure
    typer.echo(f"calendar: {path}", err=True)
