"""`make bench [BENCH=name]`: runs the benches, on private servers where they need any; a JSON line for each figure."""

from __future__ import annotations

import argparse
import json
import sys
from typing import TYPE_CHECKING

import uvloop

from services.runtime import log
from tests.bench import (
    audit,
    extract,
    gateway_posts,
    gateway_streams,
    gateway_uploads,
    load,
    projector,
    replay,
    takeover,
)
from tests.bench.ground import served

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

BENCHES: dict[str, Callable[[float], AsyncIterator[dict[str, object]]]] = {
    "extract": lambda _: extract.bench(),
    "projector": lambda seconds: projector.bench(projector.Scale(seconds=seconds)),
    "audit": lambda _: served(audit.bench),
    "replay": lambda _: served(replay.bench),
    "takeover": lambda _: served(takeover.bench),
    "load": lambda _: served(load.bench),
    "gateway-posts": lambda _: gateway_posts.bench(),
    "gateway-uploads": lambda _: gateway_uploads.bench(),
    "gateway-streams": lambda _: gateway_streams.bench(),
}
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
    ask.add_argument("--seconds", type=float, default=60, help="how long a sustained run is (60)")
    asked = ask.parse_args()
    if unknown := [name for name in asked.names if name not in BENCHES]:
        ask.error(f"no bench {unknown[0]!r}; there are {', '.join(BENCHES)}")
    log.configure("bench", "warning")
    for name in asked.names or BRIEF:
        uvloop.run(_print(BENCHES[name](asked.seconds)))


if __name__ == "__main__":
    main()
