"""What is done to one letter after the other, and what came of it."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from schema.errors import Transient
from services.runtime.dead_letters.home import home

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from uuid import UUID

    from services.cli.commands.dead_letters.office import Office
    from services.runtime.dead_letters.letter import Letter

    Deed = Callable[[Letter], Awaitable["Outcome"]]

HOMELESS = "nobody can tell where it came from"


@dataclass(frozen=True, slots=True)
class Outcome:
    """`action` is what became of a letter, or would; `to` where it went, `told` the batches whose log says so.

    With a `problem` the letter is still where it was.
    """

    action: str
    to: str | None = None
    told: tuple[UUID, ...] = ()
    problem: str | None = None


@asynccontextmanager
async def redriving(office: Office, why: str | None, *, dry_run: bool) -> AsyncIterator[Deed]:
    """Raises Unusable where the broker's partitions are not those that this program knows."""
    await office.check_partitions()
    if dry_run:

        async def would_redrive(letter: Letter) -> Outcome:
            to = home(letter, office.partitions)
            return _kept(HOMELESS) if to is None else Outcome("would redrive", to)

        yield would_redrive
        return
    async with office.redriving(why) as redrive:

        async def put_back(letter: Letter) -> Outcome:
            to = home(letter, office.partitions)
            if to is None:
                return _kept(HOMELESS)
            try:
                return Outcome("redriven", to, await redrive.to(to, letter))
            except Transient as refused:
                if not redrive.possible:
                    raise
                return _kept(str(refused))

        yield put_back


@asynccontextmanager
async def dropping(*, dry_run: bool) -> AsyncIterator[Deed]:
    async def drop(letter: Letter) -> Outcome:
        if dry_run:
            return Outcome("would drop")
        await letter.message.ack()
        return Outcome("dropped")

    yield drop


def _kept(problem: str) -> Outcome:
    return Outcome("kept", problem=problem)
