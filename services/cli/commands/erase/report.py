from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import typer
from rich import box
from rich.table import Table
from rich.text import Text

from services.cli.commands.dead_letters.letters import short
from services.cli.failures import complain
from services.cli.printable import printable
from services.cli.tables import print_table
from services.runtime.clock import now
from services.runtime.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Collection
    from uuid import UUID

    from services.cli.commands.erase.letters import Settled
    from services.cli.commands.erase.plan import Plan

COLUMNS = ("batch", "swimmer", "submitted", "status", "sheets", "events", "links", "set aside", "erased")
_FIGURES = frozenset({"sheets", "events", "links", "set aside"})


@dataclass(frozen=True, slots=True)
class Report:
    """What an erasure came to, or would; `gone` are the batches that are erased by now."""

    planned: Plan
    letters: Collection[Settled]
    gone: Collection[UUID]
    request: str | None
    dry_run: bool

    @property
    def unfinished(self) -> bool:
        return not self.dry_run and len(self.gone) < len(self.planned.batches)

    def as_json(self) -> str:
        document = {
            "request": self.request,
            "dry_run": self.dry_run,
            "batches": [{**asdict(batch), "erased": batch.batch_id in self.gone} for batch in self.planned.batches],
            "erased_already": self.planned.erased_already,
            "dead_letters": [{"action": letter.action, **letter.letter} for letter in self.letters],
            "strays": [asdict(stray) for stray in self.planned.strays],
            "named_by": self.planned.named_by,
        }
        return json.dumps(document, default=str)

    def show(self) -> None:
        """What went, or would, on standard output; what is left to say on standard error."""
        self._show_batches()
        for letter in self.letters:
            about = letter.letter
            words = (letter.action, f"dead letter {about['id']}", f"in {short(about['queue'])}", about["reason"])
            typer.echo(printable("  ".join(words)))
        for stray in self.planned.strays:
            typer.echo(f"kept  set-aside {stray.id}  of no batch  until {stray.ends_at:%Y-%m-%d}")
        for batch_id in self.planned.named_by:
            typer.echo(f"kept  batch {batch_id}  of another swimmer, with a file name or a warning that has the name")
        if any(letter.action == "kept" for letter in self.letters):
            say("look at the dead letters that are kept (`heatstream dead-letters show ID`), and drop what is theirs")
        if not self.planned.batches:
            say("no batch is to be erased")
        if self.dry_run and (self.planned.batches or self.letters):
            say("nothing was changed, --yes does it")
        if self.unfinished:
            count = len(self.planned.batches)
            complain(
                f"not erased yet: {count - len(self.gone)} of {count} batches; the broker has the orders, and they are"
                " worked off when a worker and the projector run (`heatstream status`)"
            )
        if self.gone:
            until = now() + timedelta(days=Settings().history_days)
            say(
                f"request {self.request}; PDF bytes that no other batch needs go with the janitor's rounds;"
                f" heatstream.history may hold the events until {until:%Y-%m-%d} and longer: see docs/privacy.md"
            )

    def _show_batches(self) -> None:
        table = Table(box=box.SIMPLE_HEAD)
        for name in COLUMNS:
            table.add_column(name, justify="right" if name in _FIGURES else "left")
        for one in self.planned.batches:
            erased = "" if self.dry_run else "yes" if one.batch_id in self.gone else "not yet"
            figures = (one.sheets, one.events, one.links, one.set_aside)
            cells = (one.batch_id, one.swimmer_name, f"{one.created_at:%Y-%m-%d %H:%M}", one.status, *figures, erased)
            table.add_row(*(Text(printable(str(cell))) for cell in cells))
        for batch_id in self.planned.erased_already:
            table.add_row(str(batch_id), *[""] * (len(COLUMNS) - 2), "already")
        if table.row_count:
            print_table(table)


def say(sentence: str) -> None:
    typer.echo(sentence, err=True)
