# ruff: noqa: PLC0415 - a command imports what it needs when it runs, so that --help stays quick
# ruff: noqa: TC001 - typer reads the annotations
from __future__ import annotations

from collections import Counter
from contextlib import aclosing
from typing import TYPE_CHECKING

import typer

from services.cli.batch_options import AsJson, Broker
from services.cli.commands.dead_letters import options
from services.cli.failures import BROKEN

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractAsyncContextManager

    from services.cli.commands.dead_letters.deeds import Deed, Outcome
    from services.cli.commands.dead_letters.office import Office
    from services.runtime.dead_letters.choice import Choice
    from services.runtime.dead_letters.letter import Letter

    Opening = Callable[[Office], AbstractAsyncContextManager[Deed]]


def redrive(  # noqa: PLR0913 - one for each filter
    *,
    queue: options.Queues = None,
    reason: options.Reasons = None,
    type_: options.Types = None,
    batch: options.Batches = None,
    ids: options.Ids = None,
    older_than: options.OlderThan = None,
    newer_than: options.NewerThan = None,
    limit: options.Limit = None,
    why: options.Why = None,
    yes: options.Yes = False,
    as_json: AsJson = False,
    amqp_url: Broker = None,
) -> None:
    """Put letters back where they came from, one by one.

    Says what would be done; --yes does it. A letter leaves its dead-letter queue only when it is on disk where it goes
    to: a run that is cut short loses none, and the next one goes on. The log of its batch tells of it. With --json each
    letter is one line. Exit codes: 0, 1 some could not be put back, 2 bad input or no broker.
    """
    from services.cli.commands.dead_letters import deeds
    from services.cli.commands.dead_letters.office import run

    choice = options.choice(
        ids=ids, reasons=reason, types=type_, batches=batch, older_than=older_than, newer_than=newer_than
    )
    settling = _settle(
        lambda office: deeds.redriving(office, why, dry_run=not yes),
        amqp_url,
        options.queues(queue),
        choice,
        limit,
        _say_json(why) if as_json else _say,
    )
    _end(run(settling), why, dry_run=not yes, as_json=as_json)


def drop(  # noqa: PLR0913 - one for each filter
    *,
    queue: options.Queues = None,
    reason: options.Reasons = None,
    type_: options.Types = None,
    batch: options.Batches = None,
    ids: options.Ids = None,
    older_than: options.OlderThan = None,
    newer_than: options.NewerThan = None,
    limit: options.Limit = None,
    why: options.Why = None,
    yes: options.Yes = False,
    as_json: AsJson = False,
    amqp_url: Broker = None,
) -> None:
    """Throw letters away, for good.

    Says what would be done; --yes does it. With --json each letter is one line: keep it, nothing else remembers. Exit
    codes: 0, 2 bad input or no broker.
    """
    from services.cli.commands.dead_letters import deeds
    from services.cli.commands.dead_letters.office import run

    choice = options.choice(
        ids=ids, reasons=reason, types=type_, batches=batch, older_than=older_than, newer_than=newer_than
    )
    settling = _settle(
        lambda _: deeds.dropping(dry_run=not yes),
        amqp_url,
        options.queues(queue),
        choice,
        limit,
        _say_json(why) if as_json else _say,
    )
    _end(run(settling), why, dry_run=not yes, as_json=as_json)


async def _settle(  # noqa: PLR0913, PLR0917 - what to do, to what, and who is told
    opening: Opening,
    amqp_url: str | None,
    queues: Sequence[str],
    choice: Choice,
    limit: int | None,
    say: Callable[[Letter, Outcome], None],
) -> Counter[str]:
    """How many letters met which end."""
    from services.cli.commands.dead_letters.office import open_office

    met: Counter[str] = Counter()
    async with (
        open_office(amqp_url) as office,
        opening(office) as deed,
        aclosing(office.chosen(queues, choice, limit)) as chosen,
    ):
        async for letter in chosen:
            outcome = await deed(letter)
            say(letter, outcome)
            met[outcome.action] += 1
    return met


def _say(letter: Letter, outcome: Outcome) -> None:
    from services.cli.commands.dead_letters.letters import short
    from services.cli.printable import printable

    where = outcome.problem or (f"to {outcome.to}" if outcome.to else "")
    words = (outcome.action, short(letter.queue), letter.id, ", ".join(letter.types), letter.death.reason, where)
    typer.echo(printable("  ".join(filter(None, words))))


def _say_json(why: str | None) -> Callable[[Letter, Outcome], None]:
    import json

    from services.cli.commands.dead_letters.letters import summary
    from services.cli.commands.dead_letters.office import person

    def say(letter: Letter, outcome: Outcome) -> None:
        done = {
            "action": outcome.action,
            "to": outcome.to,
            "told": list(map(str, outcome.told)),
            "problem": outcome.problem,
            "by": person(),
            "why": why,
        }
        typer.echo(json.dumps({**summary(letter), **done}))

    return say


def _end(met: Counter[str], why: str | None, *, dry_run: bool, as_json: bool) -> None:
    from services.cli.commands.dead_letters.office import person

    if not as_json:
        told = ", ".join(f"{count} {action}" for action, count in met.items()) or "no dead letters are meant"
        if met and dry_run:
            told += "; nothing was changed, --yes does it"
        elif met:
            told += f", by {person()}" + (f": {why}" if why else "")
        typer.echo(told, err=True)
    if met["kept"]:
        raise typer.Exit(BROKEN)
