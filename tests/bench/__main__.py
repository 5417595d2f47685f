"""`make bench [BENCH=name]`: runs the benches, on private servers where they need any; a JSON line for each figure."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import uvloop

from deploy.local.servers import servers
from services.runtime import log
from services.runtime.migrations import migrate
from tests.bench import audit, extract, load, projector, replay, takeover

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from deploy.local.servers import Servers

WITH_SERVERS: dict[str, Callable[[Servers], AsyncIterator[dict[str, object]]]] = {
    "projector": projector.bench,
    "audit": audit.bench,
    "replay": replay.bench,
    "takeover": takeover.bench,
    "load": load.bench,
}
ALONE: dict[str, Callable[[], AsyncIterator[dict[str, object]]]] = {"extract": extract.bench}
BENCHES = (*ALONE, *WITH_SERVERS)
BRIEF = tuple(name for name in BENCHES if name != "load")  # which takes minutes


async def _print(lines: AsyncIterator[dict[str, object]]) -> None:
    async for line in lines:
        sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()


def main() -> None:
    ask = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    ask.add_argument(
        "names", nargs="*", metavar="BENCH", help=f"of {', '.join(BENCHES)}; {', '.join(BRIEF)} when left out"
    )
    names = ask.parse_args().names or BRIEF
    if unknown := [name for name in names if name not in BENCHES]:
        ask.error(f"no bench {unknown[0]!r}; there are {', '.join(BENCHES)}")
    log.configure("bench", "warning")
    for name in names:
        if name in ALONE:
            uvloop.run(_print(ALONE[name]()))
    if served := [name for name in names if name in WITH_SERVERS]:
        _with_servers(served)


def _with_servers(names: list[str]) -> None:
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o711)  # PostgreSQL's user passes through
        with servers(Path(folder) / "state") as up:
            migrate(up.database_url)
            for name in names:
                uvloop.run(_print(WITH_SERVERS[name](up)))


if __name__ == "__main__":
    main()
