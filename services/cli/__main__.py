"""The console script. Cheap to import: the children of the extraction sandbox import it again."""

from __future__ import annotations


def main() -> None:
    """Run the command that the arguments name; its exit code is the process's."""
    from services.cli.app import app  # noqa: PLC0415 - a child process imports this module and needs no commands

    app(prog_name="heatstream")


if __name__ == "__main__":
    main()
