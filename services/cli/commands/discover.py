# ruff: noqa: PLC0415 - a command imports what it needs when it runs, so that --help stays quick
from __future__ import annotations

from typing import Annotated

import typer

from services.cli.batch_options import Api, AsJson, KeyFile, gateway_at
from services.cli.failures import ABSENT, Unusable
from services.cli.printable import say


def discover(
    url: Annotated[str, typer.Argument(metavar="URL", help="The page of a meet.")],
    *,
    as_json: AsJson = False,
    api: Api = None,
    key_file: KeyFile = None,
) -> None:
    """List the PDFs that a meet's page links to, likely heat sheets first.

    Each row begins with a link that `heatstream submit` takes. What a PDF is, is guessed from the words about it;
    "perhaps" stands where neither the link nor its site says that it is a PDF, and a size is missing where the site
    does not tell it. Exit codes: 0 found, 3 no PDF is linked from the page, 2 the page cannot be read, or no gateway.
    """
    from services.cli import tables

    with gateway_at(api, key_file) as gateway:
        page = gateway.discover(_whole(url))
    if as_json:
        typer.echo(page.model_dump_json())
    elif page.pdfs:
        tables.print_table(tables.discovered(page), whole_links=True)
    if not as_json:
        for warning in page.warnings:
            say(warning.message, err=True)
    raise typer.Exit(0 if page.pdfs else ABSENT)


def _whole(url: str) -> str:
    """As people write addresses, `meets.example/june` too. Raises Unusable for a file."""
    scheme, mark, _ = url.partition("://")
    if not mark:
        return f"https://{url}"
    if scheme.lower() not in ("http", "https"):
        raise Unusable(f"{url} is no address of a page: it must begin with https:// or http://")
    return url
