"""The bench of the streams runs through, and every stream hears all once and in order; how fast, is no matter here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.bench.gateway_streams import OURS, PEER, Scale, figures
from tests.bench.ground import Ground

if TYPE_CHECKING:
    from pathlib import Path

    from deploy.local.servers import Servers

TINY = Scale(streams=200, seconds=1, events_a_second=400, bursts=1)
FIGURES = ["open", "steady", "burst, a batch each", "burst, one batch"]


async def test_the_bench_of_the_streams_prints_each_figure_and_all_is_heard(
    private_servers: Servers, amqp_url: str, state: Path
) -> None:
    assert amqp_url == private_servers.amqp_url  # emptied
    lines = [line async for line in figures(Ground(private_servers, state), TINY)]
    assert [(line["of"], line["figure"]) for line in lines] == [
        (name, each) for name in (OURS, PEER) for each in FIGURES
    ]
    for line in lines:
        if line["figure"] != "open":
            assert line["events"] == (400 if line["figure"] == "steady" else TINY.streams)
            assert [line[what] for what in ("missing", "twice", "out_of_order", "streams_lost")] == [0, 0, 0, 0]
    assert all(line[key] for line in lines if line["of"] == PEER for key in line if key.startswith("times_"))
