"""The read tables anew from the log: built beside the live ones, then compared with them, or put in their place."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from schema.errors import Rejected
from services.projector.replay.beside import ALL, EVENTS_A_RANGE, Beside, Until, beside
from services.projector.replay.compare import Comparison, compare
from services.projector.replay.moved import catch_up
from services.projector.replay.rebuild import Rebuild
from services.projector.replay.swap import swap
from services.runtime.database import REFUSED, Database

if TYPE_CHECKING:
    from services.projector.replay.beside import Connection
    from services.projector.replay.progress import Show

USUAL_NAME = "heatstream_replay"
#: Rounds of catching up before the last one; each is as long as what moved in the one before takes.
ROUNDS = 10
FEW_BATCHES = 100


class Then(StrEnum):
    """What becomes of the tables that were built."""

    KEEP = "keep"
    COMPARE = "compare"
    SWAP = "swap"


@dataclass(frozen=True, slots=True)
class Report:
    """What a replay did. `unchanged` events are in the log and change nothing as the fold is now."""

    into: str
    events: int
    unchanged: int
    batches: int
    seconds: float
    comparison: Comparison | None = None
    held_back_seconds: float | None = None
    kept: bool = True


async def replay(  # noqa: PLR0913 - each is one property of the one replay
    url: str,
    into: str | None,
    show: Show,
    *,
    until: Until = ALL,
    then: Then = Then.KEEP,
    workers: int,
    anew: bool = False,
    events_a_range: int = EVENTS_A_RANGE,
) -> Report:
    """Without a name `into` the schema has one of ours, and goes when the tables in it are found like the live ones.

    Raises Rejected for what cannot be done, and Transient when the database is away: it can then be gone on with.
    """
    began = time.monotonic()
    try:
        async with (
            Database(url, name="heatstream-replay", most_connections=workers + 2, statement_seconds=None) as database,
            database.connection() as connection,
        ):
            schema = await beside(connection, into or USUAL_NAME)
            if not await connection.fetchval("SELECT pg_try_advisory_lock(hashtext('heatstream replay'))"):
                raise Rejected("busy", "another replay of this database is running: wait for its end, or stop it")
            rebuild = Rebuild(url, database, schema, workers, show, events_a_range)
            events, unchanged = await rebuild.run(await _resolved(connection, until), anew=anew)
            seconds = time.monotonic() - began
            await schema.enter(connection)
            batches = await connection.fetchval("SELECT count(*) FROM processing_batches")
            report = Report(schema.into, events, unchanged, batches, round(seconds, 3))
            if then is Then.KEEP:
                return report
            await _follow(connection, schema, show)
            if then is Then.SWAP:
                return replace(report, held_back_seconds=round(await swap(connection, schema), 3), kept=False)
            async with connection.transaction(isolation="repeatable_read"):
                await catch_up(connection, schema)
                comparison = await compare(connection, schema, show)
            kept = into is not None or bool(comparison.differences)
            if not kept:
                await schema.remove(connection)
            return replace(report, comparison=comparison, kept=kept)
    except REFUSED as refused:
        raise Rejected("refused", f"{refused}: give the role that migrates by --database-url") from refused


async def _resolved(connection: Connection, until: Until) -> Until:
    """With the time at which the event was recorded: what other batches had come to by then."""
    if until.batch is None:
        return until
    at = await connection.fetchval(
        "SELECT recorded_at FROM batch_events WHERE batch_id = $1 AND event_id = $2", until.batch, until.event
    )
    if at is None:
        raise Rejected(
            "no-event", f"batch {until.batch} has no event {until.event}: `heatstream audit show` lists them"
        )
    return replace(until, at=at)


async def _follow(connection: Connection, schema: Beside, show: Show) -> None:
    """Catch up with what moved while the log was folded, and again, until little is left for the last round."""
    for number in range(ROUNDS):
        show("catching up", number, ROUNDS)
        async with connection.transaction():
            if await catch_up(connection, schema) <= FEW_BATCHES:
                break
    show("catching up", ROUNDS, ROUNDS)
