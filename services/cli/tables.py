"""Swims and PDFs as tables: drawn on a terminal, aligned and whole (nothing cut, nothing wrapped) in a pipe."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from services.cli.printable import printable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from schema.discovery import DiscoveredView
    from schema.extraction import Entry, EventStart, ExtractionResult, Sheet, TeamSwims
    from schema.views import ResultsView, SwimView

SWIM_COLUMNS = ("session", "event", "heat", "lane", "seed", "start")
_FIGURES = frozenset({"heat", "lane", "seed", "start", "age", "entries", "heats", "size"})
#: Wide enough that no row of a pipe is ever wrapped.
PIPE_WIDTH = 3000


def print_table(table: Table, *, whole_links: bool = False) -> None:
    """Print to standard output, as suits it; `whole_links`: a line too long for the terminal is its own to wrap."""
    console = Console()
    if console.is_terminal:
        if whole_links:
            console.width, table.title_justify = PIPE_WIDTH, "left"
        console.print(table)
        return
    console.width = PIPE_WIDTH
    table.box, table.pad_edge, table.title_justify = None, False, "left"
    with console.capture() as drawn:
        console.print(table)
    for line in drawn.get().splitlines():
        typer.echo(line.rstrip())


def schedule(results: ResultsView) -> Table:
    """One row a swim of a batch; a swim that an earlier sheet has too is dim and marked."""
    table = _table(("sheet", *SWIM_COLUMNS, ""), results.swimmer_name)
    for result in results.results:
        for swim in result.swims:
            mark = "again" if swim.duplicate else ""
            table.add_row(_text(result.source), *_swim(swim), mark, style="dim" if swim.duplicate else None)
    return table


def swims(result: ExtractionResult) -> Table:
    table = _table(SWIM_COLUMNS, " · ".join(filter(None, (result.swimmer_name, result.meet_name, result.venue))))
    for swim in result.events:
        table.add_row(*_swim(swim))
    return table


def team(swims: TeamSwims) -> Table:
    """One row an entry or relay leg of a whole team."""
    table = _table(
        (*SWIM_COLUMNS, "swimmer", "age", "team", "kind"),
        " · ".join(filter(None, (swims.team, swims.meet_name, swims.venue))),
    )
    for swim in swims.events:
        table.add_row(*_swim(swim), *map(_text, (swim.swimmer_name, swim.age, swim.team, swim.kind)))
    return table


def entries(sheet: Sheet) -> Table:
    """One row an entry of a whole sheet; of a session report, one an event."""
    title = " · ".join(filter(None, (sheet.meet_name, sheet.venue)))
    if sheet.timeline and not sheet.entries:
        return _timeline(sheet.timeline, title)
    table = _table((*SWIM_COLUMNS, "swimmer", "age", "team", "kind"), title)
    for entry in sheet.entries:
        who = entry.swimmer_name or ", ".join(entry.legs)
        table.add_row(*_swim(entry), *map(_text, (who, entry.age, entry.team, entry.kind)))
    return table


def discovered(page: DiscoveredView) -> Table:
    """One row a PDF of a meet page; the link stands first and whole, so that it can be cut out and handed in."""
    table = _table(("link", "kind", "size", "name"), page.title)
    for pdf in page.pdfs:
        kind = pdf.kind.replace("_", " ") + ("" if pdf.certain else ", perhaps")
        size = None if pdf.size_bytes is None else _size(pdf.size_bytes)
        table.add_row(*map(_text, (pdf.url, kind, size, pdf.name)))
    return table


def _size(size_bytes: int) -> str:
    return f"{size_bytes / 1_000_000:.1f} MB" if size_bytes >= 1_000_000 else f"{max(1, round(size_bytes / 1000))} kB"  # noqa: PLR2004 - a megabyte


def _timeline(starts: Iterable[EventStart], title: str) -> Table:
    table = _table(("session", "event", "entries", "heats", "start"), title)
    for start in starts:
        event = " ".join(filter(None, (start.event_number, start.event_name, start.round)))
        day = " ".join(filter(None, (str(start.session_date or ""), start.session)))
        table.add_row(*map(_text, (day, event, start.entries, start.heats, start.start)))
    return table


def _table(columns: tuple[str, ...], title: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, title=_text(title) if title else None)
    for name in columns:
        table.add_column(name, justify="right" if name in _FIGURES else "left")
    return table


def _swim(swim: Entry | SwimView) -> tuple[Text, ...]:
    leg = getattr(swim, "relay_leg", None)
    event = " ".join(filter(None, (swim.event_number, swim.event_name, swim.round, leg and f"(leg {leg})")))
    heat = "/".join(str(number) for number in (swim.heat_number, swim.heat_count) if number is not None)
    start = swim.heat_start_time and ("~" if swim.heat_start_estimated else "") + swim.heat_start_time
    day = " ".join(filter(None, (str(swim.session_date or ""), swim.session)))
    return tuple(map(_text, (day, event, heat, swim.lane, swim.seed_time, start)))


def _text(value: object) -> Text:
    """A value as it is: what a sheet prints is never markup, and no order to a terminal."""
    return Text("" if value is None else printable(str(value)))
