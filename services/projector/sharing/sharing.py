from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Protocol, Self

import structlog

from services.projector.sharing.membership import ANSWER_SECONDS
from services.projector.sharing.seats import agreed, quota, unheld
from services.runtime.database import AWAY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from services.projector.sharing.membership import Membership
    from services.projector.sharing.seats import Seat

log = structlog.get_logger()
POLL_SECONDS = 0.25
#: Once its session was lost, as all are when the database restarts: the others first come back for what they have.
SETTLE_SECONDS = 2.0


class Work(Protocol):
    """What holding a partition means: entered without waiting, left when the work under way is done."""

    @property
    def up(self) -> bool: ...
    async def __aenter__(self) -> object: ...
    async def __aexit__(self, *exc: object) -> None: ...


class Sharing:
    """Keeps this process at work on its share of the partitions.

    Each projector looks every `POLL_SECONDS` who is there, lets go of what it has too much of and takes what nobody
    holds. A partition is let go only when its work has ended. Who is silent for longer than `heartbeat_seconds` is
    evicted. While the database is away nobody can write, and all keep what they have.
    """

    def __init__(
        self, membership: Membership, partitions: int, heartbeat_seconds: float, work: Callable[[int], Work]
    ) -> None:
        self._membership, self._partitions, self._work = membership, partitions, work
        self._heartbeat_seconds = heartbeat_seconds
        self._held: dict[int, Work] = {}
        self._leaving: dict[int, asyncio.Task[None]] = {}
        self._seats: list[Seat] = []
        self._joined_before, self._takes_from = False, 0.0
        self._over, self._look = False, asyncio.Event()

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._keep(), name="sharing")
        return self

    async def __aexit__(self, *exc: object) -> None:
        self._over = True
        self._look.set()
        await asyncio.wait({self._task})

    @property
    def working(self) -> bool:
        """Whether all that is to stay here is at work."""
        return all(self._held[number].up for number in self._held.keys() - self._leaving.keys())

    @property
    def shares(self) -> bool:
        """Whether this process is one of those that share; it may hold nothing, and stand by."""
        return agreed(self._seats) == self._partitions

    def told(self) -> dict[str, object]:
        """For people: which partitions are held here, of how many, and by how many projectors."""
        members = sum(seat.told is not None for seat in self._seats)
        return {"partitions": sorted(self._held), "of": self._partitions, "projectors": members}

    async def _keep(self) -> None:
        while not self._over or self._held:
            self._look.clear()
            if self._over:
                self._leave(self._held)
            try:
                async with asyncio.timeout(ANSWER_SECONDS):
                    await self._round()
            except AWAY as gone:
                self._lost(repr(gone))
            except Exception as failed:
                log.exception("sharing.failed")
                self._lost(repr(failed))
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._look.wait(), POLL_SECONDS)
        self._membership.drop()

    async def _round(self) -> None:
        ended = [number for number, task in self._leaving.items() if task.done()]
        for number in ended:
            del self._leaving[number], self._held[number]
            log.info("partition.left", partition=number)
        if not self._membership.joined:
            self._lost("the database ended it")
            if self._over:
                return
            await self._join()
        for number in ended:
            await self._membership.release(number)
        before, self._seats = agreed(self._seats), await self._membership.seats()
        if (others := agreed(self._seats)) not in {None, before, self._partitions}:
            log.error("sharing.other_count", partitions=self._partitions, others=others)
        if not await self._evicted():
            await self._even_out()

    async def _join(self) -> None:
        await self._membership.join()
        if self._joined_before:
            self._takes_from = asyncio.get_running_loop().time() + SETTLE_SECONDS
        self._joined_before = True
        log.info("sharing.joined", projector=self._membership.name)

    async def _evicted(self) -> bool:
        """Whether somebody who is gone was still seated: then they are being shown out, and the next look is true."""
        me, gone = self._membership, False
        for seat in self._seats:
            if seat.name == me.name and seat.pid != me.pid:
                await me.end(seat.pid)  # our own session of before, whose loss the database has not seen
                gone = True
            elif seat.silent_seconds > self._heartbeat_seconds:
                log.warning(
                    "projector.evicted",
                    projector=seat.name,
                    partitions=sorted(seat.holds),
                    silent_seconds=round(seat.silent_seconds, 1),
                )
                await me.evict(seat.name)
                gone = True
        return gone

    async def _even_out(self) -> None:
        me = self._membership
        mine = next((seat for seat in self._seats if seat.pid == me.pid), None)
        if mine is None:
            return  # resigned, and nothing is held any more
        if self._over:
            if mine.told is not None:
                await me.resign()
            return
        for number in self._held.keys() - mine.holds:  # from before our session was lost
            if not await me.hold(number):
                self._leave([number])
        staying = sorted(self._held.keys() - self._leaving.keys())
        wanted = quota(me.pid, self._seats)
        self._leave(staying[wanted:])
        if asyncio.get_running_loop().time() < self._takes_from:
            return
        for number in unheld(self._seats, self._partitions):
            if len(staying) >= wanted:
                break
            if number not in self._held and await me.hold(number):
                await self._take(number)
                staying.append(number)

    async def _take(self, number: int) -> None:
        self._held[number] = self._work(number)
        await self._held[number].__aenter__()
        log.info("partition.taken", partition=number)

    def _leave(self, numbers: Iterable[int]) -> None:
        for number in numbers:
            if number not in self._leaving:
                task = asyncio.create_task(self._held[number].__aexit__(None, None, None), name=f"leave {number}")
                task.add_done_callback(lambda _: self._look.set())
                self._leaving[number] = task

    def _lost(self, why: str) -> None:
        """What is held stays at work meanwhile; whether another has taken it shows when we are back."""
        if self._seats:
            log.warning("sharing.session_lost", error=why)
        self._seats = []
        self._membership.drop()
