"""The benches of the gateway run through; how fast is no matter here, but how much memory an upload takes is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.bench import gateway_posts, gateway_uploads
from tests.bench.gateway_posts import Scale
from tests.bench.ground import Ground, fresh_database

if TYPE_CHECKING:
    from pathlib import Path

    from deploy.local.servers import Servers

TINY = Scale(rounds=1, seconds=0.3, open_seconds=0.5, open_rate=50)


async def test_submits_are_measured_beside_the_bare_loop_and_the_peer(private_servers: Servers, state: Path) -> None:
    with fresh_database(Ground(private_servers, state)) as fresh:
        closed, paced = [line async for line in gateway_posts.figures(fresh, "memory", TINY)]
    for name in (gateway_posts.OURS, gateway_posts.BARE, gateway_posts.PEER):
        assert isinstance(told := closed[name], dict)
        assert 0 < told["p50_ms"] <= told["p99_ms"]
        assert told["per_second"] > 0
    assert isinstance(closed["ratio_to_bare"], float)
    assert isinstance(closed["times_the_peer"], float)
    assert isinstance(p99 := paced["p99_ms"], float)
    assert p99 > 0


async def test_fifteen_pdfs_take_little_memory(private_servers: Servers, state: Path) -> None:
    with fresh_database(Ground(private_servers, state)) as fresh:
        figures = await gateway_uploads.uploaded(fresh)
    assert isinstance(grown := figures["grown_mb"], float)
    assert grown < gateway_uploads.AT_MOST_MB
