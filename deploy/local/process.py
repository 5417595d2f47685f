"""A supervised process: started, waited for until it is ready, stopped with all that it started."""

from __future__ import annotations

import atexit
import contextlib
import signal
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import mirakuru.base
from mirakuru.base import Executor
from mirakuru.exceptions import ExecutorError, ProcessFinishedWithError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

TAIL_LINES = 15
#: Set by whoever uses these servers for another one; a private server must not hear of it.
FOREIGN = ("RABBITMQ_", "ERL_", "PG")

# At exit mirakuru kills each process whose mark has our pid anywhere in it, which may be another checkout's server.
atexit.unregister(mirakuru.base.cleanup_subprocesses)


class NotStarted(Exception):
    """A process did not become ready in time; the message ends with the last lines of its log."""


class Process(Executor):
    """A process that is ready when `ready` says so. mirakuru finds its children, daemons too, when it stops it."""

    def __init__(self, name: str, command: Sequence[str], log: Path, ready: Callable[[], bool], **options: Any) -> None:  # noqa: ANN401 - mirakuru's own
        super().__init__(list(command), sleep=0.03, **options)
        self.name, self.log, self._is_ready = name, log, ready
        self._stop_by: float | None = None

    @property
    def envvars(self) -> dict[str, str]:
        kept = {name: value for name, value in super().envvars.items() if not name.startswith(FOREIGN)}
        return {**kept, **self._envvars}

    def launch(self) -> None:
        """Start it, and do not wait."""
        super(Executor, self).start()

    def pre_start_check(self) -> bool:
        return False

    def after_start_check(self) -> bool:
        return self._is_ready()

    def await_ready(self) -> None:
        """Return when it is. Raises NotStarted when it ends instead, or the time since its launch is over."""
        try:
            self.wait_for(self.check_subprocess)
        except ExecutorError as failed:
            raise self.not_started(failed) from failed

    def not_started(self, why: object) -> NotStarted:
        return NotStarted(f"{self.name} did not become ready: {why}\n{self.last_lines()}")

    @property
    def died(self) -> bool:
        """True when it ended without being asked."""
        return self.process is not None and self.process.poll() is not None

    def ask_to_stop(self, within_seconds: float) -> None:
        """Ask it now; `end_within` will give it the rest of this time."""
        self._stop_by = time.monotonic() + within_seconds
        if self.process is not None:
            self.process.terminate()

    def end_within(self, seconds: float) -> None:
        """Ask it to stop, and kill it after so many seconds."""
        self._timeout = seconds if self._stop_by is None else max(self._stop_by - time.monotonic(), 0.1)
        with contextlib.suppress(ProcessFinishedWithError):  # how it ended stands in its log
            self.stop()

    def last_lines(self) -> str:
        return "\n".join(f"  | {line}" for line in self.log.read_text(errors="replace").splitlines()[-TAIL_LINES:])


@contextmanager
def launched(  # noqa: PLR0913 - each is one property of the one process
    name: str,
    command: Sequence[str],
    *,
    log: Path,
    ready: Callable[[], bool],
    environment: Mapping[str, str],
    start_seconds: float = 120,
    stop_seconds: float = 5,
    stop_signal: int = signal.SIGTERM,
    user: str | None = None,
) -> Iterator[Process]:
    """A process for a while, perhaps not ready yet; its output goes to `log`. Raises NotStarted."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        started = Process(
            name,
            command,
            log,
            ready,
            envvars=dict(environment),
            timeout=start_seconds,
            stop_signal=stop_signal,
            stdout=output,
            stderr=output,
            popen_kwargs={"user": user, "group": user, "extra_groups": []} if user else {},
        )
        try:
            started.launch()
        except OSError as failed:
            raise started.not_started(failed) from failed
        try:
            yield started
        finally:
            started.end_within(stop_seconds)
