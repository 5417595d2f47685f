"""`POST /api/batches` of one link: the gateway beside a bare loop and beside FastAPI with Celery, in turns."""

from __future__ import annotations

import asyncio
import json
import statistics
import sys
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import aio_pika

from deploy.local import machine
from deploy.local.process import launched
from deploy.local.services import is_ready, service
from services.runtime.topology import COMMANDS
from tests.bench.ground import fresh_database, ground

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    from deploy.local.process import Process
    from tests.bench.ground import Ground

Line = dict[str, object]
CONNECTIONS = 16
#: Enough that who is due finds one free.
OPEN_CONNECTIONS = 64
BODY = b'{"swimmer":"Maya Lindqvist","urls":["https://meets.example/autumn/heat-sheet.pdf"]}'
OURS, BARE, PEER = "gateway", "bare loop", "FastAPI + Celery"
PEER_QUEUE = "celery-peer"


@dataclass(frozen=True, slots=True)
class Scale:
    """How much is measured: rounds, in each of which every contestant has so many seconds."""

    rounds: int = 5
    seconds: float = 3
    open_seconds: float = 10
    open_rate: float = 500


@dataclass(frozen=True, slots=True)
class Run:
    """What one poster saw; `busy` is the share of a core that it took."""

    per_second: float
    p50_ms: float
    p99_ms: float
    busy: float


async def bench(scale: Scale = Scale()) -> AsyncIterator[Line]:
    for in_memory in (False, True):
        with ground(in_memory=in_memory) as place, fresh_database(place) as fresh:
            async for line in figures(fresh, "memory" if in_memory else "disk", scale):
                yield line


async def figures(place: Ground, data_on: str, scale: Scale) -> AsyncIterator[Line]:
    """A closed loop of all three; and in memory, where no disk stalls, an open one of the gateway."""
    body = place.state / "body.json"
    body.write_bytes(BODY)
    with contestants(place) as ports:
        runs: dict[str, list[Run]] = {name: [] for name in ports}
        for number in range(scale.rounds + 1):
            for name, port in ports.items():
                run = await posted(port, body, CONNECTIONS, scale.seconds)
                await _empty(place.servers.amqp_url, PEER_QUEUE if name == PEER else COMMANDS)
                if number:  # the first round finds cold caches and connections that are just being made
                    runs[name].append(run)
        yield _closed(runs, data_on, scale)
        if data_on == "memory":
            run = await posted(ports[OURS], body, OPEN_CONNECTIONS, scale.open_seconds, scale.open_rate)
            yield {
                "bench": "gateway-posts",
                "figure": "open loop",
                "data_on": data_on,
                "due_per_second": scale.open_rate,
                **_told(run),
                "at_most_p99_ms": 10,
            }


@contextmanager
def contestants(place: Ground) -> Iterator[dict[str, int]]:
    """The three at work, a process each, on the same broker; each one's port."""
    gateway_port, bare_port, peer_port = (machine.free_port() for _ in range(3))
    command, environment, ready_url = service("api", place.servers, place.state, gateway_port)
    environment |= {"HEATSTREAM_SHEETS_A_MINUTE": str(10**9)}  # counted as ever, and never too many
    python, bare_url = sys.executable, f"http://127.0.0.1:{bare_port}/health/ready"
    uvicorn = ["-m", "uvicorn", "tests.bench.celery_peer:api", "--port", str(peer_port), "--no-access-log"]
    wanted = [
        (OURS, command, environment, ready_url),
        (BARE, [python, "-m", "tests.bench.bare_loop"], {"HEATSTREAM_HTTP_PORT": str(bare_port)}, bare_url),
        (PEER, [python, *uvicorn], {"PEER_QUEUE": PEER_QUEUE}, f"http://127.0.0.1:{peer_port}/openapi.json"),
    ]
    with ExitStack() as stack:
        started: list[Process] = []
        for number, (name, command, own, ready_url) in enumerate(wanted):
            log = place.state / "logs" / f"contestant-{number}.log"
            process = launched(
                name, command, log=log, ready=partial(is_ready, ready_url), environment={**environment, **own}
            )
            started.append(stack.enter_context(process))
        for one in started:
            one.await_ready()
        yield {OURS: gateway_port, BARE: bare_port, PEER: peer_port}


async def posted(port: int, body: Path, connections: int, seconds: float, rate: float | None = None) -> Run:
    """Raises AssertionError where anything but 202 was answered."""
    arguments = [str(port), str(body), "--connections", str(connections), "--seconds", str(seconds)]
    paced = [] if rate is None else ["--rate", str(rate)]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.bench.poster", *arguments, *paced, stdout=asyncio.subprocess.PIPE
    )
    said = json.loads((await process.communicate())[0])
    assert not said["refused"], said["refused"][:3]
    cuts = statistics.quantiles(said["latencies_ms"], n=100)
    per_second = len(said["latencies_ms"]) / said["seconds"]
    return Run(per_second, cuts[49], cuts[98], said["processor_seconds"] / said["seconds"])


def _closed(runs: dict[str, list[Run]], data_on: str, scale: Scale) -> Line:
    """Of each its median round; of a ratio, that of two runs one after the other, the median too."""
    middle = {
        name: Run(*(statistics.median(getattr(run, name) for run in some) for name in Run.__slots__))
        for name, some in runs.items()
    }

    def ratio(to: str, figure: str) -> float:
        pairs = zip(runs[OURS], runs[to], strict=True)
        return float(statistics.median(getattr(run, figure) / getattr(beside, figure) for run, beside in pairs))

    return {
        "bench": "gateway-posts",
        "figure": "closed loop",
        "data_on": data_on,
        "connections": CONNECTIONS,
        "rounds": scale.rounds,
        "seconds_a_round": scale.seconds,
        **{name: _told(run) for name, run in middle.items()},
        "ratio_to_bare": round(ratio(BARE, "per_second"), 2),
        "at_least_ratio": 0.8,
        "p99_ratio_to_bare": round(ratio(BARE, "p99_ms"), 2),
        "at_most_p99_ratio": 1.25,
        "times_the_peer": round(ratio(PEER, "per_second"), 1),
        "at_least_times": 1.5,
    }


def _told(run: Run) -> Line:
    return {
        "per_second": round(run.per_second),
        "p50_ms": round(run.p50_ms, 2),
        "p99_ms": round(run.p99_ms, 2),
        "poster_busy": round(run.busy, 2),
    }


async def _empty(amqp_url: str, queue: str) -> None:
    """Nobody works off what was asked for here, and a queue that grows slows who comes later."""
    async with await aio_pika.connect(amqp_url) as connection:
        await (await (await connection.channel()).get_queue(queue)).purge()
