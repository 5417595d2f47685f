"""A supervised process: started, waited for until it is ready, stopped with its own process group."""

from __future__ import annotations

import contextlib
import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from mirakuru.base import Executor
from mirakuru.exceptions import ExecutorError, ProcessFinishedWithError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

TAIL_LINES = 15


class NotStarted(Exception):
    """A process did not become ready in time; the message ends with the last lines of its log."""


class Process(Executor):
    """A process that is ready when `ready` says so. mirakuru finds its children, daemons too, when it stops it."""

    def __init__(self, name: str, command: Sequence[str], log: Path, ready: Callable[[], bool], **options: Any) -> None:  # noqa: ANN401 - mirakuru's own
        super().__init__(list(command), sleep=0.03, **options)
        self.name, self.log, self._is_ready = name, log, ready

    def pre_start_check(self) -> bool:
        return False

    def after_start_check(self) -> bool:
        return self._is_ready()

    @property
    def died(self) -> bool:
        """True when it ended without being asked."""
        return self.process is not None and self.process.poll() is not None

    def ask_to_stop(self) -> None:
        if self.process is not None:
            self.process.terminate()

    def end_within(self, seconds: float) -> None:
        """Ask it to stop, and kill it after so many seconds."""
        self._timeout = seconds
        with contextlib.suppress(ProcessFinishedWithError):  # how it ended stands in its log
            self.stop()

    def last_lines(self) -> str:
        return "\n".join(f"  | {line}" for line in self.log.read_text(errors="replace").splitlines()[-TAIL_LINES:])


@contextmanager
def process(  # noqa: PLR0913 - each is one property of the one process
    name: str,
    command: Sequence[str],
    *,
    log: Path,
    ready: Callable[[], bool],
    environment: Mapping[str, str],
    start_seconds: float = 60,
    stop_seconds: float = 5,
    stop_signal: int = signal.SIGTERM,
    user: str | None = None,
) -> Iterator[Process]:
    """A process for a while; its output goes to `log`. Raises NotStarted."""
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
            started.start()
        except (ExecutorError, OSError) as failed:
            started.end_within(1)
            raise NotStarted(f"{name} did not become ready: {failed}\n{started.last_lines()}") from failed
        try:
            yield started
        finally:
            started.end_within(stop_seconds)
