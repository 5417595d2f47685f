from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

CHECKOUT = Path(__file__).parents[2]
#: Where `heatstream up` keeps everything, and with it the address of its gateway.
STATE = CHECKOUT / ".heatstream"
State = Annotated[
    Path, typer.Option("--state", metavar="DIR", file_okay=False, help="Where data and logs of the servers are kept.")
]


def running_api() -> str | None:
    """The address of the gateway that `heatstream up` runs from this checkout."""
    try:
        return (STATE / "api-url").read_text()
    except FileNotFoundError:
        return None
