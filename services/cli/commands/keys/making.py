# ruff: noqa: PLC0415 - a command imports what it needs when it runs, so that --help stays quick
# ruff: noqa: TC001, TC003 - typer reads the annotations
from __future__ import annotations

from datetime import timedelta
from typing import Annotated

import typer

from services.cli.batch_options import AsJson
from services.cli.commands.dead_letters.options import duration
from services.cli.commands.keys import options
from services.cli.failures import Unusable
from services.runtime.keys.scope import Scope

LONGEST_NAME = 100


def create(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Whose key it is; once in a file.")],
    scope: Annotated[
        list[Scope],
        typer.Option(
            help="What it is good for; repeatable. submit: hand in, discover and change; read: read batches where that"
            " needs a key; admin: /api/admin."
        ),
    ],
    *,
    expires: Annotated[
        timedelta | None,
        typer.Option(metavar="TIME", parser=duration, help="It ends after so long: 12h, 90d. Without, it does not."),
    ] = None,
    as_json: AsJson = False,
    file: options.File = None,
) -> None:
    """Make a key, and print it, once: the file has its hash alone.

    The file is made where it is missing, for its owner alone; the gateway sees the key within a second. Exit codes: 0,
    2 the name is taken or is none, the file cannot be used, or it is not said which.
    """
    from services.runtime.clock import now
    from services.runtime.keys import key_file
    from services.runtime.keys.key import make

    name = name.strip()
    if not name.isprintable() or not 0 < len(name) <= LONGEST_NAME:
        raise Unusable(f"the name of a key is one line of 1 to {LONGEST_NAME} characters: say whose it is")
    at = now()
    told, kept = make(name, frozenset(scope), at=at, expires_at=None if expires is None else at + expires)
    with key_file.changing(options.keys_file(file)) as keys:
        if any(key.name == name for key in keys.values()):
            raise Unusable(f"there is a key of the name '{name}': take another name, or revoke that one first")
        keys[kept.id] = kept
    if as_json:
        document = kept.model_dump_json(exclude={"sha256"})
        typer.echo(f'{{"key":"{told}",{document.removeprefix("{")}')
    else:
        typer.echo(told)
        typer.echo("heatstream: keep it: it is not told again, and the file has only its hash", err=True)


def revoke(
    key: Annotated[str, typer.Argument(metavar="NAME|ID", help="As `heatstream keys list` prints it.")],
    *,
    file: options.File = None,
) -> None:
    """Take a key out of the file: the gateway refuses it within a second.

    A stream that is open stays so until it ends. Exit codes: 0, 2 there is no such key, or the file cannot be used.
    """
    from services.runtime.keys import key_file

    with key_file.changing(options.keys_file(file)) as keys:
        gone = next((kept for kept in keys.values() if key in (kept.name, kept.id)), None)
        if gone is None:
            raise Unusable(f"there is no key '{key:.100}': `heatstream keys list` prints those that there are")
        del keys[gone.id]
    typer.echo(f"revoked {gone.id}  {gone.name}")
