"""How long it takes until partitions are shared evenly again, and until a lost projector's are written by another."""

from __future__ import annotations

import statistics
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

from tests.chaos.strikes import striking

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from deploy.local.servers import Servers

PARTITIONS = 6
PROJECTORS = 3
ROUNDS = 10
EVENTS_A_SECOND = 500
HEARTBEAT_SECONDS = 3


async def bench(servers: Servers) -> AsyncIterator[dict[str, object]]:
    """Real processes, load all the while; at the end every batch is looked at."""
    took = defaultdict[str, list[float]](list)
    with tempfile.TemporaryDirectory() as folder:
        async with striking(
            servers,
            Path(folder),
            partitions=PARTITIONS,
            heartbeat_seconds=HEARTBEAT_SECONDS,
            events_a_second=EVENTS_A_SECOND,
        ) as strikes:
            await strikes.join(1)
            for _ in range(ROUNDS):
                took["joined"].append(await strikes.join(PROJECTORS - len(strikes.up)))
                took["killed"].append(await strikes.kill())
                took["frozen"].append(await strikes.freeze())
                took["stopped"].append(await strikes.leave())
            await strikes.load.stop()
            await strikes.load.whole()
            events = len(strikes.load.said)
    for what, seconds in took.items():
        yield {
            "bench": "takeover",
            "what": what,
            "runs": ROUNDS,
            "median_seconds": round(statistics.median(seconds), 3),
            "worst_seconds": round(max(seconds), 3),
            "heartbeat_seconds": HEARTBEAT_SECONDS,
            "partitions": PARTITIONS,
            "events": events,
        }
