from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

CHECKOUT = Path(__file__).parents[2]
#: Where `heatstream up` keeps everything, and with it the addresses of its gateway and its servers.
STATE = CHECKOUT / ".heatstream"
State = Annotated[
    Path, typer.Option("--state", metavar="DIR", file_okay=False, help="Where data and logs of the servers are kept.")
]


def running_api() -> str | None:
    """The address of the gateway that `heatstream up` runs from this checkout."""
    return _told("api-url")


def running_broker() -> str | None:
    """The address of its broker."""
    return _told("amqp-url")


def running_database() -> str | None:
    """The address of its database, as the owner of it."""
    return _told("database-url")


def _told(name: str) -> str | None:
    try:
        return (STATE / name).read_text()
    except FileNotFoundError:
        return None
