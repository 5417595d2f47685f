from __future__ import annotations

import typer


def printable(text: str) -> str:
    r"""The text with what a terminal would obey, or turn lines by, in sight: `\x1b`, `\u202e`."""
    return "".join(character if character.isprintable() else _shown(ord(character)) for character in text)


def say(line: str, *, err: bool = False) -> None:
    """One line in which strangers may have a word: names of files and swimmers, what sheets print, what servers say."""
    typer.echo(printable(line), err=err)


def _shown(code: int) -> str:
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"  # noqa: PLR2004 - two digits end there
