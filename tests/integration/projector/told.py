"""Histories of several batches over the same files, as partitions hear and write them, and whole tables to compare."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import asyncpg
from hypothesis import strategies as st

from schema.cloudevents import Fact
from schema.identity import partition_of
from services.projector.record import Arrival, record
from services.projector.replay.beside import TABLES
from services.projector.store import Store
from tests.unit.projector import story

if TYPE_CHECKING:
    from collections.abc import Iterable

FILES = 2
Table = list[tuple[Any, ...]]


@st.composite
def facts(draw: st.DrawFn, *, alike: bool = True) -> list[Fact]:
    """What is said of some batches, in one order in which it can arrive.

    Each batch is told by a clock of its own, so that of two batches the later may be heard first; where these are
    `alike`, they may say the same second.
    """
    ids = [UUID(int=number << 96 | 7 << 76 | 2 << 62) for number in range(1, draw(st.integers(2, 4)) + 1)]
    told = {batch: draw(story.batch_histories(batch, FILES)) for batch in ids}
    order = draw(st.permutations([batch for batch, history in told.items() for _ in history]))
    fast = {batch: draw(st.integers(0, 3 * len(order))) for batch in ids}
    left = {batch: iter(history) for batch, history in told.items()}
    whole = []
    for number, batch in enumerate(order):
        second = number + fast[batch]
        clock = timedelta(seconds=second // 3) if alike else timedelta(seconds=second, milliseconds=ids.index(batch))
        whole.append(story.fact(next(left[batch]), number, batch)._replace(occurred_at=story.START + clock))
    return whole


@st.composite
def cuts(draw: st.DrawFn, whole: list[Fact]) -> list[list[Fact]]:
    """The same facts in micro-batches."""
    ends = sorted(draw(st.sets(st.integers(0, len(whole)), max_size=4)))
    return [whole[start:end] for start, end in zip([0, *ends], [*ends, len(whole)], strict=True)]


async def write(store: Store, micro_batches: Iterable[list[Fact]], partitions: int) -> None:
    """Write each of them as so many partitions do, each its own batches."""
    for micro_batch in micro_batches:
        for number in range(partitions):
            heard = [fact for fact in micro_batch if partition_of(fact.batch_id, partitions) == number]
            before = await store.load({fact.batch_id for fact in heard})
            arrivals = [Arrival(fact, fact.to_cloudevent()) for fact in heard]
            await store.write(f"heatstream.events.{number}", before, record(before, arrivals, lambda: bytes(16)))


async def forget_all(url: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("DROP SCHEMA IF EXISTS again CASCADE; DROP SCHEMA IF EXISTS once_more CASCADE")
        await connection.execute("ALTER TABLE batch_events DISABLE TRIGGER USER")
        await connection.execute(f"TRUNCATE batch_events, set_aside_events, {', '.join(TABLES)}")
        await connection.execute("ALTER TABLE batch_events ENABLE TRIGGER USER")
    finally:
        await connection.close()


async def tables(url: str, schema: str = "public") -> dict[str, Table]:
    """Every row of every table that is a fold of the log, as text, in key order."""
    connection = await asyncpg.connect(url)
    try:
        return {
            table: [tuple(row) for row in await connection.fetch(f"SELECT t::text FROM {schema}.{table} t ORDER BY id")]  # noqa: S608 - our names
            for table in TABLES
        }
    finally:
        await connection.close()
