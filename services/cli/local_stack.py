"""The stack of this checkout, as `up` and `demo` start it: told, interruptible, and gone afterwards."""

from __future__ import annotations

import signal
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, NoReturn

import typer

from deploy.local.process import NotStarted
from deploy.local.stack import stack
from services.cli.failures import BAD_INPUT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from deploy.local.stack import Running


@contextmanager
def running(state: Path, http_port: int | None = None) -> Iterator[Running]:
    """A ready stack whose data is under `state`; SIGINT, SIGTERM and SIGHUP end it as KeyboardInterrupt.

    What could not start, because another process has the data say, is told with the last lines of its log.
    """
    _interrupt_once()
    started = time.monotonic()
    typer.echo("starting PostgreSQL, RabbitMQ, api, worker and projector …", err=True)
    try:
        with stack(state.resolve(), http_port=http_port) as up:
            typer.echo(f"ready after {time.monotonic() - started:.1f} s", err=True)
            yield up
    except NotStarted as failed:
        typer.echo(f"heatstream: {failed}", err=True)
        raise typer.Exit(BAD_INPUT) from None


def _interrupt_once() -> None:
    """The first signal interrupts; more of them must not break the stopping that it began."""
    signals = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def interrupt(*_: object) -> NoReturn:
        for number in signals:
            signal.signal(number, _nothing)
        raise KeyboardInterrupt

    for number in signals:
        signal.signal(number, interrupt)


def _nothing(*_: object) -> None:
    """A handler, because a child would inherit that a signal is ignored."""
