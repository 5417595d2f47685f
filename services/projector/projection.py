from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from typing import TYPE_CHECKING, NamedTuple

import structlog

from schema.errors import Transient
from services.projector.record import Arrival, Folded, SetAside, record
from services.projector.store import Conflict, KnownMessage, Store
from services.runtime.chance import chance

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from services.projector.inbox import Gathered
    from services.projector.state import Placed
    from services.projector.store import Rows

log = structlog.get_logger()
CACHED_BATCHES = 10_000
#: Of those that are over: little follows, and days later. One that is forgotten before it is written is a Conflict.
CACHED_OVER = 1_000
DATABASE_PAUSE_SECONDS = 0.5
#: So many events are folded at a time; between them the transaction under way goes on.
FOLDED_AT_A_TIME = 25


class Folding(NamedTuple):
    """What a micro-batch amounts to, and the rows that say so."""

    folded: Folded
    rows: Rows


class Projection:
    """The batches of one partition as they will be when all that was folded is written.

    So a micro-batch can be folded while the one before is being written. When that fails, what was folded since is
    worth nothing: `mend` forgets it, and it must be folded again.
    """

    def __init__(self, queue: str, store: Store) -> None:
        self._queue, self._store = queue, store
        self._places: OrderedDict[UUID, Placed | None] = OrderedDict()
        self._over: deque[UUID] = deque()

    def forget(self) -> None:
        self._places.clear()
        self._over.clear()

    async def fold(self, gathered: Gathered) -> Folding:
        """Raises Transient when batches cannot be loaded, and what a bug in the fold raises."""
        arrivals = [one for one in gathered if isinstance(one, Arrival)]
        before = await self._places_of({arrival.fact.batch_id for arrival in arrivals})
        folded = Folded([], [one for one in gathered if isinstance(one, SetAside)], {})
        for start in range(0, len(arrivals), FOLDED_AT_A_TIME):
            record(before, arrivals[start : start + FOLDED_AT_A_TIME], chance, folded)
            await asyncio.sleep(0)
        self._remember(folded)
        return Folding(folded, self._store.rows(self._queue, before, folded))

    async def write(self, folding: Folding) -> None:
        """Raises Conflict, KnownMessage, Transient, or what the database says to a value that it does not take."""
        await self._store.put(folding.rows)

    async def mend(self, gathered: Gathered, failed: Exception, committed: Callable[[Folded], None]) -> None:
        """Fold and write a micro-batch that failed, until it is done; `committed` hears of each transaction."""
        self.forget()
        waiting = deque(await self._instead(gathered, failed))
        while waiting:
            part = waiting.popleft()
            try:
                folding = await self.fold(part)
                await self.write(folding)
            except Exception as again:  # noqa: BLE001 - sorted out by kind
                self.forget()
                waiting.extendleft(reversed(await self._instead(part, again)))
            else:
                committed(folding.folded)

    async def _instead(self, gathered: Gathered, failed: Exception) -> list[Gathered]:
        """What to write instead. One event that cannot be written must not stop the others, nor vanish."""
        match failed:
            case Conflict():
                log.warning("projector.conflict", queue=self._queue, error=str(failed))
            case Transient():
                log.warning("projector.database_away", queue=self._queue, error=str(failed))
                await asyncio.sleep(DATABASE_PAUSE_SECONDS)
            case KnownMessage():
                return [await self._without_known(gathered)]
            case _ if len(gathered) > 1:
                middle = len(gathered) // 2
                return [gathered[:middle], gathered[middle:]]
            case _:
                log.error("projector.event_failed", queue=self._queue, exc_info=failed)
                return [[one.aside("bug", type(failed).__name__) for one in gathered if isinstance(one, Arrival)]]
        return [gathered]

    async def _without_known(self, gathered: Gathered) -> Gathered:
        """Set aside the events whose message id is taken, in the log or by an earlier one here."""
        seen = await self._store.known(one.fact.id for one in gathered if isinstance(one, Arrival))
        left: Gathered = []
        for one in gathered:
            if isinstance(one, Arrival) and one.fact.id in seen:
                left.append(one.aside("known_message", "another event has this id"))
            else:
                left.append(one)
                if isinstance(one, Arrival):
                    seen.add(one.fact.id)
        return left

    async def _places_of(self, ids: set[UUID]) -> dict[UUID, Placed | None]:
        if missing := ids - self._places.keys():
            self._places.update(await self._store.load(missing))
        for batch_id in ids:
            self._places.move_to_end(batch_id)
        return {batch_id: self._places[batch_id] for batch_id in ids}

    def _remember(self, folded: Folded) -> None:
        self._places.update(folded.touched)
        self._over += (batch_id for batch_id, place in folded.touched.items() if place.batch.status.over)
        while len(self._over) > CACHED_OVER:
            over = self._over.popleft()
            if (place := self._places.get(over)) is not None and place.batch.status.over:  # it may be retried since
                del self._places[over]
        while len(self._places) > CACHED_BATCHES:
            self._places.popitem(last=False)
