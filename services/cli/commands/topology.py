# ruff: noqa: PLC0415 - a command imports what it needs when it runs, so that --help stays quick
from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from services.runtime.topology import Topology


def topology(*, as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False) -> None:
    """Print every exchange and queue.

    Each with its arguments and bindings, as the services declare them. Their number follows HEATSTREAM_PARTITIONS;
    nothing is connected to.
    """
    from services.runtime.settings import Settings
    from services.runtime.topology import topology as wanted

    settings = Settings()
    held = wanted(settings.partitions, settings.history_days)
    if as_json:
        typer.echo(json.dumps(_document(held), indent=2))
        return
    for exchange in held.exchanges:
        typer.echo(f"exchange  {exchange.name}  {exchange.type.value}")
    for queue in held.queues:
        typer.echo(f"queue     {queue.name}")
        for exchange_name, key in queue.bindings:
            typer.echo(f"            from {exchange_name} by {key}")
        for name, value in queue.arguments.items():
            typer.echo(f"            {name} = {value}")


def _document(held: Topology) -> dict[str, list[dict[str, object]]]:
    return {
        "exchanges": [{"name": exchange.name, "type": exchange.type.value} for exchange in held.exchanges],
        "queues": [
            {
                "name": queue.name,
                "arguments": queue.arguments,
                "bindings": [{"exchange": exchange, "routing_key": key} for exchange, key in queue.bindings],
            }
            for queue in held.queues
        ],
    }
