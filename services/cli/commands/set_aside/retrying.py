# ruff: noqa: PLC0415 - a command imports what it needs when it runs, so that --help stays quick
# ruff: noqa: TC001 - typer reads the annotations
from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import typer

from services.cli.batch_options import AsJson, Broker, DatabaseUrl
from services.cli.commands.dead_letters.options import Batches, Why, Yes
from services.cli.commands.set_aside import options
from services.cli.failures import BROKEN

if TYPE_CHECKING:
    from services.cli.commands.set_aside.asides import Filters
    from services.cli.commands.set_aside.outcomes import Outcome


def retry(  # noqa: PLR0913 - one for each filter
    *,
    reason: options.Reasons = None,
    batch: Batches = None,
    ids: options.Ids = None,
    older_than: options.OlderThan = None,
    newer_than: options.NewerThan = None,
    limit: options.Limit = None,
    why: Why = None,
    yes: Yes = False,
    as_json: AsJson = False,
    database_url: DatabaseUrl = None,
    amqp_url: Broker = None,
) -> None:
    """Give set-aside events to the projector again: after an upgrade, or once a bug is mended.

    Says what would be done; --yes does it, oldest first, and waits to see what became of them. Without --reason or --id
    it means those that a fix can help; what was retried, and not set aside since, is left alone unless its --id is
    given. The log of the batch tells of it. With --json each is one line. Exit codes: 0, 1 some were set aside again or
    are not read yet, 2 bad input or no server.
    """
    from services.cli.commands.set_aside.retry import WORTH_RETRYING
    from services.cli.servers import run

    filters = options.filters(
        ids=ids,
        reasons=reason or (None if ids else list(WORTH_RETRYING)),
        batches=batch,
        older_than=older_than,
        newer_than=newer_than,
        only_open=not ids,
        limit=limit,
    )
    outcomes = run(_retry(database_url, amqp_url, filters, why, dry_run=not yes))
    for outcome in outcomes:
        typer.echo(json.dumps(_document(outcome, why)) if as_json else _line(outcome))
    if not as_json:
        _sum_up(outcomes, dry_run=not yes)
    if any(outcome.failed for outcome in outcomes):
        raise typer.Exit(BROKEN)


async def _retry(
    database_url: str | None, amqp_url: str | None, filters: Filters, why: str | None, *, dry_run: bool
) -> list[Outcome]:
    from services.cli.commands.dead_letters.office import SOURCE, open_office, person
    from services.cli.commands.set_aside.asides import chosen
    from services.cli.commands.set_aside.outcomes import retried, would_retry
    from services.cli.commands.set_aside.retry import Retry
    from services.cli.servers import opened_tables

    async with opened_tables(database_url) as tables, open_office(amqp_url) as office:
        await office.check_partitions()
        ids = [aside.id async for aside in chosen(tables, filters)]
        if dry_run:
            return [await would_retry(tables, one, office.partitions) for one in ids]
        async with office.publishing() as (publisher, events):
            retry = Retry(publisher, events, office.partitions, SOURCE, person(), why)
            return await retried(tables, ids, retry)


def _document(outcome: Outcome, why: str | None) -> dict[str, Any]:
    from services.cli.commands.dead_letters.office import person

    return {
        "id": outcome.id,
        "reason": outcome.reason,
        "batch_id": outcome.batch_id and str(outcome.batch_id),
        "action": outcome.action,
        "problem": outcome.problem,
        "told": outcome.told,
        "by": person(),
        "why": why,
    }


def _line(outcome: Outcome) -> str:
    from services.cli.printable import printable

    words = (outcome.action, str(outcome.id), outcome.reason, str(outcome.batch_id or ""), outcome.problem or "")
    return printable("  ".join(filter(None, words)))


def _sum_up(outcomes: list[Outcome], *, dry_run: bool) -> None:
    from collections import Counter

    met = Counter(outcome.action for outcome in outcomes)
    told = ", ".join(f"{count} {action}" for action, count in met.items()) or "nothing set aside is meant"
    typer.echo(f"{told}; nothing was changed, --yes does it" if met and dry_run else told, err=True)
