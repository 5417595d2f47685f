# ruff: noqa: PLC0415 - a command imports what it needs when it runs, so that --help stays quick
# ruff: noqa: TC001 - typer reads the annotations
from __future__ import annotations

import json
from contextlib import ExitStack
from pathlib import Path  # noqa: TC003 - as above
from typing import IO, TYPE_CHECKING, Annotated

import typer

from services.cli import addresses
from services.cli.batch_options import AsJson, Broker, DatabaseUrl
from services.cli.commands.audit import options
from services.cli.failures import BROKEN, Unusable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from uuid import UUID

    from services.cli.steps import Show
    from services.projector.audit.difference import Difference
    from services.projector.audit.verify import Report

#: Of a file of checkpoints, between two signs of how far it is.
LINES_A_SIGN = 10_000


def verify(  # noqa: PLR0913 - one for each thing that is held against another
    batches: options.Batches = None,
    *,
    sample: Annotated[int | None, typer.Option(min=1, metavar="N", help="So many batches, drawn by lot.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Every batch, and rows that belong to none.")] = False,
    history: Annotated[
        bool, typer.Option("--history", help="The stream too, as far back as it reaches; needs the broker.")
    ] = False,
    against: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Checkpoints that were signed earlier; alone or with others.")
    ] = None,
    key: options.Key = None,
    processes: options.Processes = options.PROCESSORS,
    as_json: AsJson = False,
    database_url: DatabaseUrl = None,
    amqp_url: Broker = None,
) -> None:
    """Prove the log: event ids, digests, and that the tables are what the log comes to.

    Each difference is named by batch, event and column, with --json as a line of JSON each; the last line counts what
    was looked at. An erased batch's chain is followed over its commitments. All is read as of one moment, and nothing
    is written. Exit codes: 0 all is as the log says, 1 there are differences, 2 bad input, no such batch, no database
    or no broker.
    """
    from services.projector.audit.verify import Report

    chosen = sum((bool(batches), sample is not None, everything))
    if chosen > 1 or (chosen == 0 and against is None):
        raise Unusable("name batches, or say --sample N or --all, or what to hold the log --against")
    url = addresses.database_url(database_url)
    total, found, checked = Report(), 0, dict[str, int]()
    with options.reachable():
        if sample is not None:
            from services.projector.audit.crew import sample as drawn

            batches = drawn(url, sample)
        for report in _reports(url, batches, processes) if chosen else ():
            total.add(report)
            found += _tell(report.differences, as_json=as_json)
        if against is not None:
            found += _tell(_against(url, against, options.key(key), checked), as_json=as_json)
        if history:
            found += _tell(_history(url, amqp_url, batches, checked), as_json=as_json)
    counts = {"batches": total.batches, "events": total.events, "erased": total.erased, **checked}
    if as_json:
        typer.echo(json.dumps({**counts, "differences": found}))
    else:
        said = ", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in counts.items())
        typer.echo(f"{said}: " + (f"{found:,} differences" if found else "all is as the log says"))
    if found:
        raise typer.Exit(BROKEN)


def _tell(differences: Iterable[Difference], *, as_json: bool) -> int:
    """Print them as they come; returns how many there were."""
    from services.cli.commands.audit import lines

    told = 0
    for difference in differences:
        typer.echo(json.dumps(lines.difference_document(difference)) if as_json else lines.difference_line(difference))
        told += 1
    return told


def _reports(url: str, batches: list[UUID] | None, processes: int) -> Iterator[Report]:
    """Of these batches, or of all. Raises Unusable for one that the log does not have."""
    from services.cli.steps import showing
    from services.projector.audit.crew import verify_all, verify_batches

    with showing() as show:
        done = 0
        if batches is None:
            for report, about in verify_all(url, processes=processes):
                done += report.events
                show("events", done, max(about, done))
                yield report
            return
        for number, (batch_id, report) in enumerate(verify_batches(url, batches), start=1):
            if not report.batches and not report.differences:
                raise Unusable(f"the log has no batch {batch_id}")
            show("batches", number, len(batches))
            yield report


def _against(url: str, path: Path, key: Path, checked: dict[str, int]) -> Iterator[Difference]:
    from services.cli.steps import showing
    from services.projector.audit.against import Against
    from services.projector.audit.keys import checker
    from services.projector.audit.looking import looking

    with ExitStack() as stack:
        try:
            file = stack.enter_context(path.open("rb"))
        except OSError as failure:
            raise Unusable(f"{path} cannot be opened: {failure.strerror}") from failure
        held = Against(stack.enter_context(looking(url)), checker(key))
        yield from held.differences(_shown(file, path.stat().st_size, stack.enter_context(showing())))
        if not held.checkpoints:
            raise Unusable(f"{path} holds no signed checkpoint")
        checked |= {"checkpoints": held.checkpoints, "heads": held.heads}


def _shown(file: IO[bytes], size: int, show: Show) -> Iterator[bytes]:
    done = 0
    for number, line in enumerate(file):
        done += len(line)
        if number % LINES_A_SIGN == 0:
            show("bytes of checkpoints", done, size)
        yield line


def _history(
    url: str, amqp_url: str | None, batches: list[UUID] | None, checked: dict[str, int]
) -> Iterator[Difference]:
    from services.cli.commands.audit.stream import differences

    yield from differences(url, amqp_url, batches, checked)
