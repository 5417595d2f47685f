"""The console script."""

from __future__ import annotations


def main() -> None:
    """Run the command that the arguments name; its exit code is the process's."""
    from services.cli.app import app  # noqa: PLC0415 - so that importing this is cheap

    app(prog_name="heatstream")


if __name__ == "__main__":
    main()
