from __future__ import annotations

import asyncio
import os
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from schema.errors import HeatstreamError, Rejected
from services.projector.replay.beside import EVENTS_A_RANGE, Beside, Until
from services.projector.replay.finish import finish
from services.projector.replay.worker import work
from services.runtime.queries import query

if TYPE_CHECKING:
    from asyncio.subprocess import Process

    from services.projector.replay.beside import Connection
    from services.projector.replay.progress import Show
    from services.runtime.database import Database

LOOK_SECONDS = 0.25


@dataclass(frozen=True, slots=True)
class Rebuild:
    """Fills the schema beside with the tables as the log has them, side by side in so many `workers`."""

    url: str
    database: Database
    beside: Beside
    workers: int
    show: Show
    events_a_range: int = EVENTS_A_RANGE

    async def run(self, until: Until, *, anew: bool) -> tuple[int, int]:
        """Go on where an unfinished one of the same `until` was left; `anew` begins again.

        Returns how many events were folded, and how many of them change nothing as the fold is now.
        """
        async with self.database.connection() as connection:
            begun = await self.beside.begun(connection)
            if begun is None or anew:
                await self.beside.remove(connection)
                await self.beside.make(connection, until, self.events_a_range)
            elif begun != until:
                raise Rejected(
                    "other-replay",
                    f"{self.beside.into} holds an unfinished replay with another --until: take another schema by"
                    " --into, or begin again by --anew",
                )
            await self.beside.enter(connection)
            folding = asyncio.create_task(self._fold(await self._left(connection)))
            try:
                while not folding.done():
                    await self._look(connection)
                    await asyncio.wait({folding}, timeout=LOOK_SECONDS)
                await folding
            finally:
                folding.cancel()
                await asyncio.wait({folding})
            events, unchanged = await self._look(connection)
        await finish(self.database, self.beside, self.workers, self.show)
        return events, unchanged

    async def _left(self, connection: Connection) -> int:
        return int(await connection.fetchval("SELECT count(*) FROM replay_ranges WHERE events IS NULL"))

    async def _look(self, connection: Connection) -> tuple[int, int]:
        ((ranges, done, events, unchanged),) = await connection.fetch(query("projector_replay_progress"))
        a_range = events / done if done else self.events_a_range
        self.show("folding", events, round(events + a_range * (ranges - done)))
        return events, unchanged

    async def _fold(self, ranges: int) -> None:
        """One of the workers is this process: what is little is done before another one has started."""
        others = [await self._started() for _ in range(min(self.workers, ranges) - 1)]
        try:
            async with asyncio.TaskGroup() as tasks:
                for process in others:
                    tasks.create_task(_end(process))
                tasks.create_task(work(self.url, self.beside.into))
        except* HeatstreamError as failed:
            raise failed.exceptions[0] from None
        finally:
            for process in others:
                if process.returncode is None:
                    process.terminate()
                    await process.wait()

    async def _started(self) -> Process:
        return await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "services.projector.replay.worker",
            self.beside.into,
            env={**os.environ, "HEATSTREAM_DATABASE_URL": self.url},
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )


async def _end(process: Process) -> None:
    _, said = await process.communicate()
    if process.returncode:
        last = said.decode(errors="replace").strip().rsplit("\n", 1)[-1]
        raise Rejected("replay-failed", f"a worker of the replay failed, and it can be gone on with: {last[:500]}")
