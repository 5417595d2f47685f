"""How far long work is, on standard error: bars with rate and time left on a terminal, sometimes a line elsewhere."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

if TYPE_CHECKING:
    from collections.abc import Iterator

    class Show(Protocol):
        def __call__(self, phase: str, done: int, total: int) -> None: ...


#: Between two lines of the same phase.
LINE_SECONDS = 5.0
#: Over how long the rate is taken, so that a phase which stalls soon says so.
RATE_SECONDS = 30.0


@contextmanager
def showing() -> Iterator[Show]:
    """Yields what shows a phase of the work, so many done of about so many."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield _Lines()
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(30),
        TextColumn("{task.completed:,.0f} of {task.total:,.0f}"),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, speed_estimate_period=RATE_SECONDS) as bars:
        yield _Bars(bars)


class _Lines:
    def __init__(self) -> None:
        self._phase, self._began, self._at_first, self._told = "", 0.0, 0, 0.0

    def __call__(self, phase: str, done: int, total: int) -> None:
        now = time.monotonic()
        if phase != self._phase:
            self._phase, self._began, self._at_first, self._told = phase, now, done, now
        elif now - self._told >= LINE_SECONDS:
            self._told = now
            rate = (done - self._at_first) / (now - self._began)
            left = f", {(total - done) / rate:,.0f} s left" if rate else ""
            typer.echo(f"{phase}: {done:,} of {total:,}, {rate:,.0f}/s{left}", err=True)


class _Bars:
    def __init__(self, bars: Progress) -> None:
        self._bars, self._tasks = bars, dict[str, TaskID]()

    def __call__(self, phase: str, done: int, total: int) -> None:
        if phase not in self._tasks:
            self._tasks[phase] = self._bars.add_task(phase, total=total, completed=done, rate="")
        task = self._tasks[phase]
        speed = self._bars.tasks[task].speed
        self._bars.update(task, completed=done, total=total, rate=f"{speed:,.0f}/s" if speed else "")
