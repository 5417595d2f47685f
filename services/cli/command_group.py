from __future__ import annotations

from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from collections.abc import Callable


def new_group(about: str) -> typer.Typer:
    """A group of commands: without one of them it prints its help, as it stands."""
    return typer.Typer(help=about, no_args_is_help=True, rich_markup_mode=None)


def add(group: typer.Typer, name: str, command: Callable[..., None], *examples: str) -> None:
    """A command of a group, with examples under its help that keep their lines."""
    group.command(name, epilog="\n  ".join(("\b\nExample:", *examples)))(command)
