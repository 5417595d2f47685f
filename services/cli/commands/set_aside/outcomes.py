"""What becomes of set-aside events that are given to the fold again."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from services.cli.commands.set_aside.retry import ERASED, HOMELESS, home

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    import asyncpg

    from services.cli.commands.set_aside.retry import Retry
    from services.runtime.tables import Tables

#: How long the projector is waited for.
PATIENCE_SECONDS = 15.0
LOOK_AGAIN_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Outcome:
    """`action` is what became of it, or would; `told` whether the log of its batch says so.

    With a `problem` it was not retried.
    """

    id: int
    reason: str
    batch_id: UUID | None
    action: str
    problem: str | None = None
    told: bool = False

    @property
    def failed(self) -> bool:
        return self.action in ("kept", "set aside again", "not read yet")


async def would_retry(tables: Tables, aside_id: int, partitions: int) -> Outcome:
    return _outcome(await _row(tables, aside_id), partitions, "would retry")


async def retried(tables: Tables, ids: Sequence[int], retry: Retry) -> list[Outcome]:
    """Retry them in their order, and wait until each is in the log or set aside again. Raises Transient."""
    before = await _standing(tables, ids)
    outcomes: list[Outcome] = []
    for aside_id in ids:
        row = await _row(tables, aside_id)
        outcome = _outcome(row, retry.partitions, "not read yet")
        if outcome.problem is None:
            outcome = replace(outcome, told=await retry.again(row))
        outcomes.append(outcome)
    clock = asyncio.get_running_loop().time
    deadline = clock() + PATIENCE_SECONDS
    while any(outcome.action == "not read yet" for outcome in outcomes) and clock() < deadline:
        after = await _standing(tables, ids)
        outcomes = [_seen(outcome, before[outcome.id], after[outcome.id]) for outcome in outcomes]
        await asyncio.sleep(LOOK_AGAIN_SECONDS)
    return outcomes


def _outcome(row: asyncpg.Record, partitions: int, action: str) -> Outcome:
    problem = ERASED if row["body"] is None else HOMELESS if home(row, partitions) is None else None
    return Outcome(row["id"], row["reason"], row["batch_id"], "kept" if problem else action, problem)


def _seen(outcome: Outcome, before: tuple[bool, int], after: tuple[bool, int]) -> Outcome:
    if outcome.action != "not read yet":
        return outcome
    (was_folded, times), (is_folded, times_now) = before, after
    if times_now > times:
        return replace(outcome, action="set aside again")
    return replace(outcome, action="folded") if is_folded and not was_folded else outcome


async def _row(tables: Tables, aside_id: int) -> asyncpg.Record:
    (row,) = await tables.rows("cli_set_aside", aside_id)
    return row


async def _standing(tables: Tables, ids: Sequence[int]) -> Mapping[int, tuple[bool, int]]:
    """Whether each is in the log, and how often it was set aside."""
    return {row["id"]: (row["folded"], row["times"]) for row in await tables.rows("cli_retried", ids)}
