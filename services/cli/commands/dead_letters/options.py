from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from services.cli.failures import Unusable

if TYPE_CHECKING:
    from services.runtime.dead_letters.choice import Choice

_PREFIX = "heatstream."
_DURATION = re.compile(
    r"(?=.)(?:(?P<days>\d{1,5})d)?(?:(?P<hours>\d{1,5})h)?(?:(?P<minutes>\d{1,5})m)?(?:(?P<seconds>\d{1,7})s)?"
)


def duration(text: str) -> timedelta:
    """`90s`, `2h`, `1d12h`. Raises BadParameter for anything else."""
    found = _DURATION.fullmatch(text.strip())
    if found is None:
        raise typer.BadParameter(f"{text!r} is no duration: write it like 90s, 15m, 2h, 7d or 1d12h")
    return timedelta(**{unit: int(number) for unit, number in found.groupdict(default="0").items()})


Queues = Annotated[
    list[str] | None,
    typer.Option("--queue", metavar="QUEUE", help="Only this queue, with or without `heatstream.`; repeatable."),
]
Reasons = Annotated[
    list[str] | None, typer.Option("--reason", metavar="REASON", help="Only what died of this; repeatable.")
]
Types = Annotated[
    list[str] | None,
    typer.Option("--type", metavar="TYPE", help="Only messages of this type, like batch.submit; repeatable."),
]
Batches = Annotated[
    list[UUID] | None, typer.Option("--batch", metavar="BATCH", help="Only what is of this batch; repeatable.")
]
Ids = Annotated[list[str] | None, typer.Option("--id", metavar="ID", help="Only this letter; repeatable.")]
OlderThan = Annotated[
    timedelta | None,
    typer.Option("--older-than", metavar="TIME", parser=duration, help="Only what died so long ago: 90s, 2h, 7d."),
]
NewerThan = Annotated[
    timedelta | None,
    typer.Option("--newer-than", metavar="TIME", parser=duration, help="Only what died since then."),
]
Limit = Annotated[int | None, typer.Option("--limit", min=1, metavar="COUNT", help="At most so many letters.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do it. Without, it is only said what would be done.")]
Why = Annotated[
    str | None, typer.Option("--why", metavar="TEXT", help="Why it is done: for the log of the batch, and the output.")
]


def queues(given: list[str] | None) -> list[str]:
    """The full names, in the order of the topology; all without any. Raises Unusable for what is no such queue."""
    from services.runtime.dead_letters.home import DEAD_LETTER_QUEUES  # noqa: PLC0415 - so that --help stays quick

    wanted = {name if name.startswith(_PREFIX) else _PREFIX + name for name in given or DEAD_LETTER_QUEUES}
    if unknown := sorted(wanted - set(DEAD_LETTER_QUEUES)):
        raise Unusable(f"{unknown[0]} is no queue of dead letters: take one of {', '.join(DEAD_LETTER_QUEUES)}")
    return [name for name in DEAD_LETTER_QUEUES if name in wanted]


def choice(  # noqa: PLR0913 - one for each filter
    *,
    ids: list[str] | None = None,
    reasons: list[str] | None = None,
    types: list[str] | None = None,
    batches: list[UUID] | None = None,
    older_than: timedelta | None = None,
    newer_than: timedelta | None = None,
) -> Choice:
    from services.runtime.dead_letters.choice import Choice  # noqa: PLC0415 - so that --help stays quick

    return Choice(
        ids=frozenset(ids or ()),
        reasons=frozenset(reasons or ()),
        types=frozenset(types or ()),
        batches=frozenset(batches or ()),
        older_than=older_than,
        newer_than=newer_than,
    )
