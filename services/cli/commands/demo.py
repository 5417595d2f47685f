# ruff: noqa: PLC0415 - a command imports what it needs when it runs, so that --help stays quick
from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import typer

from services.cli.batch_options import AsJson  # noqa: TC001 - typer reads the annotation
from services.cli.checkout import CHECKOUT, STATE, State

if TYPE_CHECKING:
    from schema.views import ResultsView
    from services.cli.measured import Figures

SWIMMER = "Maya Lindqvist"
SHEETS = ("summer-invitational.pdf", "county-championships.pdf", "sprint-night.pdf")


def demo(*, as_json: AsJson = False, state: State = STATE) -> None:
    """Do the main job end to end, on servers of its own.

    Starts a private PostgreSQL, RabbitMQ and the three services, hands in three sample sheets of 10 pages, shows the
    schedule, writes it as .heatstream/demo.ics, and stops everything. Two batches are measured, both of sheets that
    were never read before: the first one after the start, and one on the running stack. Exit codes: 0 all went well, 1
    not so, 2 it could not start.
    """
    from services.cli import local_stack, measured, outcome, progress
    from services.client.gateway import Gateway

    samples = [CHECKOUT / "examples" / name for name in SHEETS]
    calendar = state / "demo.ics"
    with (
        local_stack.running(state / "demo") as stack,
        Gateway(stack.api_url) as gateway,
        tempfile.TemporaryDirectory() as folder,
    ):
        first, second = (measured.fresh_copies(samples, Path(folder) / name, str(uuid4())) for name in ("1", "2"))
        typer.echo(f"looking for {SWIMMER} in {', '.join(SHEETS)}", err=True)
        with progress.showing(lambda: dict(enumerate(SHEETS, start=1))) as show:
            cold = measured.run_batch(gateway, SWIMMER, first, show)
        results = gateway.results(cold.batch_id)
        calendar.write_bytes(gateway.calendar(cold.batch_id))
        warm = measured.run_batch(gateway, SWIMMER, second, lambda _: None)
        if as_json:
            typer.echo(_document(results, calendar, cold, warm))
        else:
            outcome.show(results)
            typer.echo(f"calendar: {calendar}")
            typer.echo("measured by the client, 3 sheets of 10 pages handed in as files:")
            typer.echo(f"  first batch after the start   {_figures(cold)}")
            typer.echo(f"  next batch, running stack     {_figures(warm)}")
    raise typer.Exit(outcome.exit_code(results))


def _figures(figures: Figures) -> str:
    return (
        f"submit to batch_completed {figures.submit_to_completed_ms:.0f} ms,"
        f" first event {figures.first_event_ms:.0f} ms after the 202, {figures.from_cache} sheets from the cache"
    )


def _document(results: ResultsView, calendar: Path, cold: Figures, warm: Figures) -> str:
    import orjson

    document = {
        "results": results.model_dump(mode="json"),
        "calendar": str(calendar),
        "figures": {"first_batch": cold, "running_stack": warm},
    }
    return orjson.dumps(document).decode()
