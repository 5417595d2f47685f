from __future__ import annotations

from typing import TYPE_CHECKING

from schema.states import BatchStatus
from services.cli import tables
from services.cli.failures import ABSENT, BROKEN, FOUND
from services.cli.printable import say

if TYPE_CHECKING:
    from collections.abc import Iterable

    from schema.extraction import Warning  # noqa: A004 - as in its home
    from schema.views import ResultsView


def exit_code(results: ResultsView) -> int:
    """FOUND, ABSENT where every sheet was read without a swim, BROKEN where a sheet is missing from the answer."""
    if results.status is not BatchStatus.COMPLETED:
        return BROKEN
    return FOUND if any(result.swims for result in results.results) else ABSENT


def show(results: ResultsView) -> None:
    """The schedule on standard output; on standard error what is missing from it, and what is doubtful."""
    if any(result.swims for result in results.results):
        tables.print_table(tables.schedule(results))
    else:
        say(f"no swim of {results.swimmer_name} was found")
    for result in results.results:
        warn(result.warnings, result.source)
    for failed in results.failed:
        reason = failed.error_message or failed.status.value
        say(f"{failed.source}: {reason}" + (f" [{failed.error_code}]" if failed.error_code else ""), err=True)
    if results.unfinished:
        say(f"{results.unfinished} sheets are not read yet", err=True)


def warn(warnings: Iterable[Warning], source: str) -> None:
    """One line a warning on standard error; near names are in the line."""
    for warning in warnings:
        missing = [name for name in warning.names if name not in warning.message]
        near = f" ({'; '.join(missing)})" if missing else ""
        say(f"{source}: {warning.message}{near}", err=True)
