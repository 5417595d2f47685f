from __future__ import annotations

from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer

from services.cli.failures import Unusable

DEFAULT_API = "http://127.0.0.1:8080"
Api = Annotated[
    str | None,
    typer.Option(
        "--api", metavar="URL", envvar="HEATSTREAM_API_URL", help="The gateway; without it, the one of `heatstream up`."
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON to standard output.")]


def source(argument: str) -> Path | str:
    """A link, or a PDF that can be opened. Raises Unusable with what is wrong with it."""
    if urlsplit(argument).scheme in ("http", "https"):
        return argument
    path = Path(argument)
    if path.is_dir():
        raise Unusable(f"{argument} is a directory: name the PDFs in it")
    try:
        with path.open("rb"):
            return path
    except OSError as failure:
        raise Unusable(f"{argument} cannot be opened: {failure.strerror}") from failure


def swimmer(name: str) -> str:
    """The name without blanks around it. Raises Unusable where nothing is left."""
    if not name.strip():
        raise Unusable("the swimmer's name is blank: give it as --swimmer 'First Last'")
    return name.strip()


def gateway_url(given: str | None) -> str:
    return given or DEFAULT_API
