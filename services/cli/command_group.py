from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    import typer


def add(group: typer.Typer, name: str, command: Callable[..., None], *examples: str) -> None:
    """A command of a group, with examples under its help that keep their lines."""
    group.command(name, epilog="\n  ".join(("\b\nExample:", *examples)))(command)
