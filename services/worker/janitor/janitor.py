from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple, Self

import structlog

from schema.errors import Transient

if TYPE_CHECKING:
    from collections.abc import Mapping

    from services.worker.janitor.turn import Turn

log = structlog.get_logger()
#: Does a bounded part of what is due; returns how much, or None where it does not count. Doing it twice is harmless.
Chore = Callable[[], Awaitable[int | None]]
#: A chore that takes longer is cut off, and goes on in the next round.
CHORE_SECONDS = 120.0
LONGEST_FIRST_WAIT_SECONDS = 5.0


class Round(NamedTuple):
    """What one round did: how much by chore, and the chores that failed."""

    done: Mapping[str, int]
    failed: tuple[str, ...]


class Janitor:
    """Finds and mends by state what was left hanging, every `seconds`; one at a time across all workers.

    Whoever sets `called` has a round at once, or, in the middle of one, another behind it.

    Each chore is on its own: one that fails is logged, counted in `failures`, and tried again in the next round.
    """

    def __init__(
        self,
        chores: Mapping[str, Chore],
        turn: Turn,
        seconds: float,
        called: asyncio.Event,
        *,
        chore_seconds: float = CHORE_SECONDS,
    ) -> None:
        self._called = called
        self._chores, self._turn, self._seconds, self._chore_seconds = chores, turn, seconds, chore_seconds
        self._in_round = asyncio.Lock()
        self.failures: Counter[str] = Counter()

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._keep(), name="janitor")
        return self

    async def __aexit__(self, *exc: object) -> None:
        self._task.cancel()
        await asyncio.wait({self._task})

    async def round(self) -> Round | None:
        """Do what is due now. None where it is, or has become, another worker's turn, or nobody can tell."""
        done: dict[str, int] = {}
        failed: list[str] = []
        mine = True
        async with self._in_round:
            for name, chore in self._chores.items():
                mine = await self._turn.mine()  # asked each time: another may have taken over meanwhile
                if not mine:
                    break
                count = await self._do(name, chore)
                if count is None:
                    failed.append(name)
                else:
                    done[name] = count
        if failed or any(done.values()):
            log.info("janitor.swept", **done, failed=failed)
        return Round(done, tuple(failed)) if mine else None

    async def _do(self, name: str, chore: Chore) -> int | None:
        """How much was done; None where it failed."""
        try:
            async with asyncio.timeout(self._chore_seconds):
                return await chore() or 0
        except (Transient, TimeoutError) as away:
            self.failures[name] += 1
            log.warning("janitor.chore_waits", chore=name, error=repr(away), failures=self.failures[name])
        except Exception:
            self.failures[name] += 1
            log.exception("janitor.chore_failed", chore=name, failures=self.failures[name])
        return None

    async def _keep(self) -> None:
        # Workers that start together do not all ask at once.
        await self._pause(min(self._seconds, LONGEST_FIRST_WAIT_SECONDS) * random.uniform(0.1, 1))  # noqa: S311 - jitter
        while True:
            self._called.clear()
            try:
                await self.round()
            except Exception:
                log.exception("janitor.round_failed")
            await self._pause(self._seconds * random.uniform(0.8, 1.2))  # noqa: S311 - jitter

    async def _pause(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._called.wait()
