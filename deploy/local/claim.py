from __future__ import annotations

import fcntl
import os
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import psutil

from deploy.local.process import NotStarted

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

VARIABLE = "HEATSTREAM_LOCAL_STATE"
STOP_SECONDS = 5


def mark(state: Path) -> dict[str, str]:
    """What each process that works on `state` carries in its environment, so that it is found when we are killed."""
    return {VARIABLE: str(state)}


@contextmanager
def claimed(state: Path) -> Iterator[None]:
    """`state` for this process alone, and without what a killed one left running on it.

    Two brokers on the same data would destroy it. Raises NotStarted when another process has it.
    """
    state.mkdir(parents=True, exist_ok=True)
    with (state / "claimed-by").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            holder = file.read() or "(starting)"
            raise NotStarted(f"{state} is in use by process {holder}: use that one, or stop it first") from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        _end_leftovers(state)
        yield


def _end_leftovers(state: Path) -> None:
    """End those with our mark; nobody else can have made them while the claim is ours."""
    left = [process for process in psutil.process_iter() if _is_marked(process, state)]
    for process in left:
        with suppress(psutil.NoSuchProcess):  # it ended by itself meanwhile
            process.terminate()
    _, alive = psutil.wait_procs(left, timeout=STOP_SECONDS if left else 0)
    for process in alive:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(alive, timeout=STOP_SECONDS if alive else 0)


def _is_marked(process: psutil.Process, state: Path) -> bool:
    try:
        return process.environ().get(VARIABLE) == str(state)
    except psutil.Error:
        return False
