# ruff: noqa: PLC0415 - a command imports what it needs when it runs, so that --help stays quick
from __future__ import annotations

import json
from typing import Annotated

import typer

from services.cli.failures import Unusable


def migrate(
    database_url: Annotated[
        str | None,
        typer.Option(metavar="URL", help="The database, as a role that may create tables and roles."),
    ] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Bring the database to the newest schema.

    Says what was applied. Without --database-url it takes HEATSTREAM_DATABASE_URL. Safe to run twice, and while
    services run.
    """
    import psycopg

    from services.runtime import migrations
    from services.runtime.settings import Settings

    url = database_url or Settings().database_url.get_secret_value()
    try:
        applied = migrations.migrate(url)
    except psycopg.Error as failure:
        raise Unusable(f"the database cannot be migrated: {failure}") from failure
    if as_json:
        typer.echo(json.dumps({"applied": applied}))
    else:
        typer.echo("\n".join(f"applied {name}" for name in applied) or "nothing to apply: the schema is the newest")
