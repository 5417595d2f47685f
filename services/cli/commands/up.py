# ruff: noqa: PLC0415 - a command imports what it needs when it runs, so that --help stays quick
from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated

import typer

from services.cli.checkout import STATE, State
from services.cli.failures import BROKEN

if TYPE_CHECKING:
    from deploy.local.process import Process

USUAL_PORT = 8080
LOOK_SECONDS = 0.25


def up(
    *,
    port: Annotated[
        int | None,
        typer.Option(metavar="PORT", help=f"Of the page; without it {USUAL_PORT}, or a free one.", min=1, max=65535),
    ] = None,
    state: State = STATE,
) -> None:
    """Run everything on this machine until Ctrl-C.

    Starts a private PostgreSQL and RabbitMQ and the three services; DATABASE_URL and AMQP_URL, where given, are used
    instead. Data stays for the next start. Exit codes: 0 stopped by Ctrl-C, 1 a service died, 2 it could not start.
    """
    from services.cli import local_stack

    try:
        with local_stack.running(state, port or _usual_port()) as stack:
            typer.echo(f"Heatstream is up: {stack.api_url}   (logs: {state / 'logs'}; Ctrl-C stops everything)")
            dead = _first_dead(stack.services)
            typer.echo(f"heatstream: {dead.name} died; its log ends with\n{dead.last_lines()}", err=True)
            raise typer.Exit(BROKEN)
    except KeyboardInterrupt:
        typer.echo("stopped", err=True)


def _usual_port() -> int | None:
    """None where it is taken."""
    import socket

    with socket.socket() as line:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            line.bind(("127.0.0.1", USUAL_PORT))
        except OSError:
            return None
        return USUAL_PORT


def _first_dead(services: list[Process]) -> Process:
    """Return when one of them is over."""
    while True:
        for service in services:
            if service.died:
                return service
        time.sleep(LOOK_SECONDS)
