from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from services.cli.failures import Unusable

File = Annotated[
    Path | None,
    typer.Option(
        "--file", metavar="FILE", envvar="HEATSTREAM_KEYS_FILE", dir_okay=False, help="The gateway's file of keys."
    ),
]


def keys_file(given: Path | None) -> Path:
    """Raises Unusable where none is named."""
    if given is None:
        raise Unusable("say which file the keys are in, with --file or HEATSTREAM_KEYS_FILE, as the gateway has it")
    return given
