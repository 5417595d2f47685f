# ruff: noqa: PLC0415 - a command imports what it needs when it runs, so that --help stays quick
# ruff: noqa: TC001 - typer reads the annotations
from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from services.cli.batch_options import AsJson, DatabaseUrl
from services.cli.commands.audit import options
from services.cli.failures import Unusable

if TYPE_CHECKING:
    from services.projector.audit.looking import Looking


def show(
    batch: options.Batch, *, at: options.Moment = None, as_json: AsJson = False, database_url: DatabaseUrl = None
) -> None:
    """Tell the story of a batch, a line an event.

    What each event changed in which column, who said it for which request, and the event that it follows from. Of an
    erased batch only the events themselves are left. It may say a child's name. Exit codes: 0, 2 bad input, no such
    batch, or no database.
    """
    from services.cli.commands.audit import lines
    from services.projector.audit.changes import state
    from services.projector.audit.story import log_of, place, story, until

    moment = None if at is None else options.at(at)
    with options.database(database_url) as seen:
        rows = log_of(seen, batch)
    told = rows if moment is None else until(rows, moment)
    was = None if moment is None else place(told)
    if as_json:
        document: dict[str, object] = {
            "batch_id": str(batch),
            "events": [lines.told_document(each) for each in story(told)],
        }
        if moment is not None:
            document |= {"at": at, "state": was and lines.plain(state(was))}
        typer.echo(json.dumps(document))
        return
    for each in story(told):
        typer.echo(lines.told_line(each))
    if moment is not None:
        typer.echo(f"\nas it was at {at}:")
        for line in lines.state_lines(state(was)) if was else ["there was no such batch yet"]:
            typer.echo(line)


def diff(
    batch: options.Batch,
    first: Annotated[str, typer.Argument(metavar="A", help="An event id or a time; 0 is before the first event.")],
    second: Annotated[str, typer.Argument(metavar="B", help="A later event id or time.")],
    *,
    as_json: AsJson = False,
    database_url: DatabaseUrl = None,
) -> None:
    """Tell what changed in a batch between two events or times.

    The state after A beside the state after B, column by column. It may say a child's name. Exit codes: 0, 2 bad input,
    no such batch or event, or no database.
    """
    from services.cli.commands.audit import lines
    from services.projector.audit.changes import between
    from services.projector.audit.story import log_of, place, until

    moments = options.at(first), options.at(second)
    with options.database(database_url) as seen:
        rows = log_of(seen, batch)
    cuts = [until(rows, moment) for moment in moments]
    if len(cuts[0]) > len(cuts[1]):
        raise Unusable(f"{first} is later than {second}: give the earlier one first")
    before, after = (place(cut) for cut in cuts)
    changes = between(before, after) if after else []
    if as_json:
        document = {"batch_id": str(batch), "from": first, "to": second}
        typer.echo(json.dumps({**document, "changes": [lines.change_document(change) for change in changes]}))
        return
    for change in changes:
        typer.echo(lines.change_line(change))
    if not changes:
        typer.echo(f"nothing changed between {first} and {second}")


def why(
    job: Annotated[
        str, typer.Argument(metavar="JOB", help="The id of a job, or BATCH:N for the job of the batch's sheet N.")
    ],
    *,
    as_json: AsJson = False,
    database_url: DatabaseUrl = None,
) -> None:
    """Tell why a job is what it is: the events that led there, and their causes, in sentences.

    Exit codes: 0, 2 bad input, no such job, its batch is erased, or no database.
    """
    from services.cli.commands.audit import lines
    from services.projector.audit.why import why as reasons

    with options.database(database_url) as seen:
        found = reasons(seen, *_named(seen, job))
    if as_json:
        typer.echo(json.dumps(lines.why_document(found)))
        return
    for line in lines.why_lines(found):
        typer.echo(line)


def _named(seen: Looking, job: str) -> tuple[UUID, int]:
    from services.projector.audit.why import batch_of

    name, _, number = job.partition(":")
    try:
        identifier = UUID(name)
    except ValueError:
        raise Unusable(f"'{job}' is neither the id of a job nor BATCH:NUMBER") from None
    if not number:
        return batch_of(seen, identifier)
    if not number.isdecimal():
        raise Unusable(f"'{number}' is no number of a sheet: they count from 1")
    return identifier, int(number)
