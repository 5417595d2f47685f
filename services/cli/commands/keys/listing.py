# ruff: noqa: PLC0415 - a command imports what it needs when it runs, so that --help stays quick
# ruff: noqa: TC001 - typer reads the annotations
from __future__ import annotations

import typer

from services.cli.batch_options import AsJson
from services.cli.commands.keys import options

COLUMNS = ("id", "name", "scopes", "created", "expires")


def list_(*, as_json: AsJson = False, file: options.File = None) -> None:
    """List the keys of a file, without anything that opens a door.

    With --json each is one line. Exit codes: 0, 2 the file cannot be used.
    """
    from rich import box
    from rich.table import Table
    from rich.text import Text

    from services.cli.tables import print_table
    from services.runtime.clock import now
    from services.runtime.keys import key_file

    keys = key_file.read(options.keys_file(file)).values()
    if as_json:
        for key in keys:
            typer.echo(key.model_dump_json(exclude={"sha256"}))
        return
    if not keys:
        typer.echo("no keys")
        return
    table = Table(*COLUMNS, box=box.SIMPLE_HEAD)
    for key in keys:
        ends = "" if key.expires_at is None else "over" if key.expired(now()) else f"{key.expires_at:%Y-%m-%d %H:%M}"
        scopes = " ".join(scope for scope in sorted(key.scopes))
        cells = (key.id, key.name, scopes, f"{key.created_at:%Y-%m-%d %H:%M}", ends)
        table.add_row(*map(Text, cells))
    print_table(table)
