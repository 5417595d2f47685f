"""What a test sees of the processes behind a sandbox."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path


async def told(fifo: Path) -> int:
    """The process id that a child writes once it is under way."""
    return int(await asyncio.to_thread(fifo.read_text))


async def gone(pid: int, seconds: float) -> bool:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while _is_there(pid):  # noqa: ASYNC110 - the kernel says nothing to those who are no parent
                await asyncio.sleep(0.01)
            return True
    return False


def _is_there(pid: int) -> bool:
    """Not as a mere entry that its parent has yet to read."""
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


SPARES = 2  # what a sandbox has unless it is told


async def spares(server: int, *taken: int) -> set[int]:
    """The children of a sandbox that wait for a PDF, once they are all there and those that were taken are gone.

    By number alone, one that ends could stand for one that is yet to be forked.
    """
    async with asyncio.timeout(5):
        while len(found := _children(server)) != SPARES or found & {*taken}:  # noqa: ASYNC110 - as above
            await asyncio.sleep(0.01)
    return found


def _children(pid: int) -> set[int]:
    return set(map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split()))
