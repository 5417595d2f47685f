from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from services.cli.commands.dead_letters.options import duration

if TYPE_CHECKING:
    from uuid import UUID

    from services.cli.commands.set_aside.asides import Filters

Ids = Annotated[list[int] | None, typer.Option("--id", metavar="ID", help="Only this one; repeatable.")]
Reasons = Annotated[
    list[str] | None, typer.Option("--reason", metavar="REASON", help="Only what was set aside for this; repeatable.")
]
OlderThan = Annotated[
    timedelta | None,
    typer.Option("--older-than", metavar="TIME", parser=duration, help="Only what came so long ago: 90s, 2h, 7d."),
]
NewerThan = Annotated[
    timedelta | None, typer.Option("--newer-than", metavar="TIME", parser=duration, help="Only what came since then.")
]
Limit = Annotated[int | None, typer.Option("--limit", min=1, metavar="COUNT", help="At most so many.")]


def filters(  # noqa: PLR0913 - one for each filter
    *,
    ids: list[int] | None,
    reasons: list[str] | None,
    batches: list[UUID] | None,
    older_than: timedelta | None,
    newer_than: timedelta | None,
    only_open: bool,
    limit: int | None,
) -> Filters:
    from services.cli.commands.set_aside.asides import Filters  # noqa: PLC0415 - so that --help stays quick

    return Filters(ids, reasons, batches, older_than, newer_than, only_open, limit)
