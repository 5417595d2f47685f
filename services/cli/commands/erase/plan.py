from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from schema.states import RETENTION
from services.cli.failures import Unusable

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime
    from uuid import UUID

    from services.cli.commands.erase.swimmer import Swimmer
    from services.runtime.tables import Tables


@dataclass(frozen=True, slots=True)
class Doomed:
    """A batch that is to be erased: how many sheets it names, events its log has, links lead to it."""

    batch_id: UUID
    swimmer_name: str
    status: str
    created_at: datetime
    sheets: int
    events: int
    links: int
    set_aside: int


@dataclass(frozen=True, slots=True)
class Stray:
    """A set-aside event of no batch that is there, which names the swimmer: its bytes end by themselves, then."""

    id: int
    reason: str
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Plan:
    """What goes, and what does not: `named_by` are batches of others that may name the swimmer all the same."""

    batches: tuple[Doomed, ...]
    erased_already: tuple[UUID, ...]
    strays: tuple[Stray, ...]
    named_by: tuple[UUID, ...]


async def plan(tables: Tables, swimmer: Swimmer | None, named: Collection[UUID]) -> Plan:
    """What an erasure of one swimmer, or of the named batches, comes to. Raises Unusable for one that nobody knows."""
    wanted = set(named)
    strays: list[Stray] = []
    named_by: dict[UUID, None] = {}
    if swimmer is not None:
        wanted |= {row["id"] async for row in tables.each("cli_swimmers") if swimmer.is_called(row["swimmer_name"])}
        strays = [
            Stray(row["id"], row["reason"], row["recorded_at"] + RETENTION)
            async for row in tables.each("cli_set_aside_of_none")
            if swimmer.is_named_in(row["body"])
        ]
        async for row in tables.each("cli_words_of_others", wanted):
            if swimmer.is_named_by([row["filename"], row["warnings"]]):
                named_by[row["batch_id"]] = None
    batches = [Doomed(**row) for row in await tables.rows("cli_erasure", wanted)]
    gone = [row["batch_id"] for row in await tables.rows("cli_erased", named)]
    if unknown := sorted(set(named) - {batch.batch_id for batch in batches} - set(gone)):
        raise Unusable(f"no batch {unknown[0]} is known: its id is what `heatstream submit` printed")
    return Plan(tuple(batches), tuple(gone), tuple(strays), tuple(named_by))
