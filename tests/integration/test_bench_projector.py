"""The bench runs through and prints what it promises; how fast, is no matter here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.bench import projector, traffic
from tests.bench.ground import Ground
from tests.bench.projector import Scale

if TYPE_CHECKING:
    from pathlib import Path

    from deploy.local.servers import Servers

TINY = Scale(
    seconds=1,
    prepared_per_second=2000,
    prepared_alone_per_second=500,
    drain_messages=200,
    peer_events=40,
    paced_events=400,
    lone_events=10,
)


async def test_the_bench_of_the_projector_prints_each_figure_beside_its_limit(
    private_servers: Servers, amqp_url: str, state: Path
) -> None:
    assert amqp_url == private_servers.amqp_url  # emptied
    place = Ground(private_servers, state)
    runs = {
        "ratio_to_written_alone": await projector.coalesced(place, traffic.SHORT, 2, TINY),
        "ratio_to_drained": await projector.alone(place, TINY),
    }
    told = await projector.latencies(place, "memory", TINY)

    for ratio, line in runs.items():
        assert isinstance(events := line["events"], int)
        assert events > 0
        assert isinstance(line[ratio], float)
    for pace in ("paced", "lone"):
        assert isinstance(found := told[pace], dict)
        assert 0 < found["p50_ms"] <= found["p99_ms"]
