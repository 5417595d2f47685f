# ruff: noqa: PLC0415 - a command imports what it needs when it runs, so that --help stays quick
from __future__ import annotations


def api() -> None:
    """Run the gateway: HTTP in, commands out.

    Settings come from the environment (HEATSTREAM_…); SIGTERM or Ctrl-C ends it.
    """
    from services.api.__main__ import main

    main()


def worker() -> None:
    """Run a worker: commands in, sheets read.

    Settings come from the environment (HEATSTREAM_…); SIGTERM or Ctrl-C ends it. Run as many as there are cores.
    """
    from services.worker.__main__ import main

    main()


def projector() -> None:
    """Run a projector: events in, the only writer of the database.

    Settings come from the environment (HEATSTREAM_…); SIGTERM or Ctrl-C ends it. Several share the partitions
    (HEATSTREAM_PARTITIONS), and one too many stands by.
    """
    from services.projector.__main__ import main

    main()
