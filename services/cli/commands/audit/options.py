from __future__ import annotations

import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from schema.errors import Transient
from services.cli.addresses import database_url
from services.cli.failures import Unusable
from services.cli.moments import moment

if TYPE_CHECKING:
    from collections.abc import Iterator

    from services.projector.audit.looking import Looking
    from services.projector.audit.story import At


def at(text: str) -> At:
    """An event id, or a time with its zone. Raises Unusable for anything else."""
    return int(text) if text.isdecimal() else moment(text, "or the number of an event")


def key(given: Path | None) -> Path:
    if given is None:
        raise Unusable("say which key: --key FILE or HEATSTREAM_AUDIT_KEY; `heatstream audit key FILE` makes one")
    return given


@contextmanager
def database(given: str | None) -> Iterator[Looking]:
    """The database at one moment, to be read. Raises Unusable when it is away."""
    from services.projector.audit.looking import looking  # noqa: PLC0415 - so that --help stays quick

    with reachable(), looking(database_url(given)) as seen:
        yield seen


@contextmanager
def reachable() -> Iterator[None]:
    """Says what cannot be reached as something that a person can mend."""
    try:
        yield
    except Transient as away:
        raise Unusable(f"{away}: set HEATSTREAM_DATABASE_URL, or --database-url") from away


Batch = Annotated[UUID, typer.Argument(metavar="BATCH", help="The id that `heatstream submit` printed.")]
Batches = Annotated[list[UUID] | None, typer.Argument(metavar="[BATCH]…", help="These batches.")]
Moment = Annotated[
    str | None,
    typer.Option("--at", metavar="TIME|EVENT", help="Only until then, and what the batch was then at the end."),
]
Key = Annotated[
    Path | None,
    typer.Option(
        "--key",
        metavar="FILE",
        envvar="HEATSTREAM_AUDIT_KEY",
        help="A key of `heatstream audit key`; where nothing is signed its public half, FILE.pub, does.",
    ),
]
Processes = Annotated[
    int, typer.Option("--processes", min=1, max=64, metavar="N", help="Processes that look at the whole log.")
]
PROCESSORS = os.cpu_count() or 1
