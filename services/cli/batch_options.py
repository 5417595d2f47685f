from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

import typer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from schema.views import BatchView
    from services.client.gateway import Gateway

from services.cli.checkout import running_api
from services.cli.failures import Unusable

LONGEST_NAME = 255
DEFAULT_API = "http://127.0.0.1:8080"
Api = Annotated[
    str | None,
    typer.Option(
        "--api", metavar="URL", envvar="HEATSTREAM_API_URL", help="The gateway; without it, the one of `heatstream up`."
    ),
]
KeyFile = Annotated[
    Path | None,
    typer.Option(
        "--key-file",
        metavar="FILE",
        envvar="HEATSTREAM_KEY_FILE",
        dir_okay=False,
        help="A file with the key that the gateway asks for; without it, HEATSTREAM_KEY. Never on the command line.",
    ),
]
Broker = Annotated[
    str | None,
    typer.Option(
        "--amqp-url",
        metavar="URL",
        envvar="HEATSTREAM_AMQP_URL",
        help="The broker; without it, the one of `heatstream up`.",
    ),
]
DatabaseUrl = Annotated[
    str | None,
    typer.Option(
        "--database-url",
        metavar="URL",
        envvar="HEATSTREAM_DATABASE_URL",
        help="The database; without it, the one of `heatstream up`.",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON to standard output.")]


def source(argument: str) -> Path | str:
    """A link, or a PDF that can be opened. Raises Unusable with what is wrong with it."""
    return argument if urlsplit(argument).scheme in ("http", "https") else readable(Path(argument))


def readable(path: Path) -> Path:
    """A file that can be opened. Raises Unusable with what is wrong with it."""
    if path.is_dir():
        raise Unusable(f"{path} is a directory: name the PDFs in it")
    try:
        with path.open("rb"):
            return path
    except OSError as failure:
        raise Unusable(f"{path} cannot be opened: {failure.strerror}") from failure


def names(sources: Sequence[Path | str]) -> dict[int, str]:
    """What the sources of a submit are called, by the sequence of their jobs."""
    return {
        number: source.name if isinstance(source, Path) else source for number, source in enumerate(sources, start=1)
    }


def job_names(batch: BatchView) -> dict[int, str]:
    """The source of each job, file name or link, by its sequence."""
    return {job.sequence: job.filename or job.source_url or "" for job in batch.jobs}


def swimmer(name: str) -> str:
    """The name without blanks around it. Raises Unusable where it is no name that the contract takes."""
    name = name.strip()
    if not name:
        raise Unusable("the swimmer's name is blank: give it as --swimmer 'First Last'")
    if len(name) > LONGEST_NAME or not name.isprintable():
        raise Unusable(f"the swimmer's name must be one line of at most {LONGEST_NAME} characters")
    return name


def swimmers(given: Sequence[str]) -> list[str]:
    """The names without blanks around them. Raises Unusable for one that is no name, or there twice."""
    from services.worker.extraction.names import normalize  # noqa: PLC0415 - so that --help stays quick

    names = [swimmer(name) for name in given]
    firsts: dict[str, str] = {}
    for name in names:
        if (key := normalize(name)) in firsts:
            raise Unusable(f"'{name}' and '{firsts[key]}' are one swimmer's name: leave one of them out")
        firsts[key] = name
    return names


def team(code: str) -> str:
    """The code without blanks around it. Raises Unusable where it is blank or of several lines."""
    code = code.strip()
    if not code or not code.isprintable():
        raise Unusable("the team's code is blank: give it as the sheet prints it, --team LASC")
    return code


def gateway_url(given: str | None) -> str:
    return given or running_api() or DEFAULT_API


def gateway_at(url: str | None, key_file: Path | None) -> Gateway:
    """A client of the gateway. Raises Unusable for a file that has no key."""
    from services.client.gateway import Gateway  # noqa: PLC0415 - so that --help stays quick

    return Gateway(gateway_url(url), _key(key_file))


def _key(file: Path | None) -> str | None:
    key = os.environ.get("HEATSTREAM_KEY", "") if file is None else readable(file).read_text(errors="replace")
    key, said = key.strip(), "HEATSTREAM_KEY" if file is None else str(file)
    if not (key or file is None) or not re.fullmatch(r"[\x21-\x7e]*", key):
        raise Unusable(f"{said} has no key: it is one word, as `heatstream keys create` printed it")
    return key or None
