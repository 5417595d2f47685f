"""Dead letters of what is erased: the broker holds their bytes, and no erasure in the database reaches them."""

from __future__ import annotations

from contextlib import aclosing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from services.cli.commands.dead_letters.letters import summary
from services.runtime.dead_letters.choice import Choice
from services.runtime.dead_letters.home import DEAD_LETTER_QUEUES

if TYPE_CHECKING:
    from collections.abc import Collection
    from uuid import UUID

    from services.cli.commands.dead_letters.office import Office
    from services.cli.commands.erase.swimmer import Swimmer
    from services.runtime.dead_letters.letter import Letter


@dataclass(frozen=True, slots=True)
class Settled:
    """One letter, without its body, and what became of it, or would."""

    letter: dict[str, Any]
    action: str


async def settle(office: Office, batches: Collection[UUID], swimmer: Swimmer | None, *, dry_run: bool) -> list[Settled]:
    """Drop the letters of these batches, and those about the swimmer.

    Those that only name the swimmer, or are of other batches as well, are kept, and told.
    """
    settled: list[Settled] = []
    async with aclosing(office.chosen(DEAD_LETTER_QUEUES, Choice())) as chosen:
        async for letter in chosen:
            theirs = _is_theirs(letter, set(batches), swimmer)
            if theirs is None:
                continue
            if theirs and not dry_run:
                await letter.message.ack()
            action = "kept" if not theirs else "would drop" if dry_run else "dropped"
            settled.append(Settled(summary(letter), action))
    return settled


def _is_theirs(letter: Letter, batches: set[UUID], swimmer: Swimmer | None) -> bool | None:
    """None for a letter that has nothing to do with them, False for one that is of others, too."""
    of, body = set(letter.batch_ids), letter.message.body
    if of & batches:
        return of <= batches
    if swimmer is None:
        return None
    if len(of) <= 1 and swimmer.is_whose(body):
        return True
    return False if swimmer.is_named_in(body) else None
