# ruff: noqa: PLC0415 - a command imports what it needs when it runs, so that --help stays quick
# ruff: noqa: TC001, TC003 - typer reads the annotations
from __future__ import annotations

import fcntl
import os
from contextlib import contextmanager
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import IO, TYPE_CHECKING, Annotated

import typer

from services.cli.batch_options import DatabaseUrl
from services.cli.commands.audit import options
from services.cli.failures import Unusable

if TYPE_CHECKING:
    from collections.abc import Iterator

_IN_MEMORY = 8 << 20


def checkpoint(
    file: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help="What it is appended to; without one, all of it is printed.")
    ] = None,
    *,
    post: Annotated[
        str | None, typer.Option(metavar="URL", help="POST its lines there, before they are appended.")
    ] = None,
    key: options.Key = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Sign the heads of all chains, so that nobody can take something away later unseen.

    Lines of JSON: a head for each batch that has got events since the last checkpoint in FILE (all, in a new file),
    and the signed line, which is printed too. Keep FILE where who can write to the database cannot reach it. Exit
    codes: 0, 2 bad input, no key, no database, or the URL did not take it.
    """
    from services.projector.audit.against import last_signed
    from services.projector.audit.checkpoint import checkpoint as lines
    from services.projector.audit.keys import signer

    signing = signer(options.key(key))
    with SpooledTemporaryFile(_IN_MEMORY) as spool, _appended(file) as kept, options.database(database_url) as seen:
        signed = b""
        for signed in lines(seen, signing, None if kept is None else last_signed(kept)):
            spool.write(signed)
        if post is not None:
            from services.projector.audit.witness import post as hand_over

            hand_over(post, spool)
        spool.seek(0)
        if kept is None:
            for line in spool:
                typer.echo(line, nl=False)
        else:
            while chunk := spool.read(_IN_MEMORY):
                kept.write(chunk)
            kept.flush()
            os.fsync(kept.fileno())
            typer.echo(signed, nl=False)


def key(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="Where it is written; its public half goes to FILE.pub.")
    ],
) -> None:
    """Make a key for checkpoints.

    FILE signs and is for its owner alone; FILE.pub is for whoever is to check. Exit codes: 0, 2 one of them exists or
    cannot be written.
    """
    from services.projector.audit.keys import checker, key_id, make

    public = make(file)
    typer.echo(f"{file} signs, {public} checks; the key's id is {key_id(checker(public))}")


@contextmanager
def _appended(file: Path | None) -> Iterator[IO[bytes] | None]:
    """The file, to be read and appended to by nobody else meanwhile. Raises Unusable."""
    if file is None:
        yield None
        return
    try:
        opened = file.open("a+b")
    except OSError as failure:
        raise Unusable(f"{file} cannot be opened: {failure.strerror}") from failure
    with opened:
        fcntl.flock(opened, fcntl.LOCK_EX)
        opened.seek(0)
        yield opened
