"""Thousands of streams on one gateway, from the commit of an event to its receipt, beside sse-starlette's loops."""

from __future__ import annotations

import asyncio
import json
import random
import resource
import statistics
import sys
import time
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

import asyncpg
import psutil

from deploy.local import machine
from deploy.local.process import launched
from deploy.local.services import is_ready, service
from schema.events import JobStageEntered
from schema.identity import job_id
from schema.states import Stage
from services.runtime.clock import new_id
from services.runtime.database import CHANNEL
from tests.bench.ground import fresh_database, ground

if TYPE_CHECKING:
    from asyncio.subprocess import Process
    from collections.abc import AsyncIterator, Iterator, Sequence
    from uuid import UUID

    from tests.bench.ground import Ground

Line = dict[str, object]
OURS, PEER = "gateway", "sse-starlette"
#: A transaction of the projector tells of no more batches in one NOTIFY.
BATCHES_A_NOTIFY = 200
TICK_SECONDS = 0.02
PATIENCE_SECONDS = 60
#: The log as the projector writes it, without what a stream never reads.
APPEND = """
WITH told AS (SELECT * FROM unnest($1::uuid[], $2::int[], $3::uuid[], $4::text[]) AS t(batch_id, event_id, id, data)),
  moved AS (UPDATE processing_batches b SET last_event_id = t.event_id FROM told t WHERE b.id = t.batch_id)
INSERT INTO batch_events (batch_id, event_id, message_id, type, version, occurred_at, source, salt, data, digest)
SELECT batch_id, event_id, id, 'job.stage_entered', 1, now(), 'bench', '', data::jsonb, '' FROM told
"""
BATCHES = """
INSERT INTO processing_batches (id, swimmer_name, total_pdfs)
SELECT id, 'Maya Lindqvist', 1 FROM unnest($1::uuid[]) AS id
"""
JOBS = """
INSERT INTO batch_jobs (id, batch_id, sequence, source_type, source_url)
SELECT id, batch_id, 1, 'url', 'https://meets.example/heats.pdf' FROM unnest($1::uuid[], $2::uuid[]) AS j(id, batch_id)
"""


@dataclass(frozen=True, slots=True)
class Scale:
    """How much is measured: so many streams, each of a batch of its own, and so long a steady run."""

    streams: int = 5000
    seconds: float = 15
    events_a_second: int = 2000
    bursts: int = 5


@dataclass(slots=True)
class Batches:
    """The batches of the streams, and when each of their events was about to be committed."""

    connection: asyncpg.Connection[asyncpg.Record]
    ids: list[UUID]
    heads: list[int]
    committed: dict[tuple[int, int], float] = field(default_factory=dict)

    async def commit(self, numbers: Sequence[int]) -> None:
        """An event of each of these batches, in one transaction."""
        for number in numbers:
            self.heads[number] += 1
        ids = [self.ids[number] for number in numbers]
        stages = [_stage(batch_id) for batch_id in ids]
        heads = [self.heads[number] for number in numbers]
        transaction = self.connection.transaction()
        await transaction.start()
        await self.connection.execute(APPEND, ids, heads, [new_id() for _ in ids], stages)
        for start in range(0, len(ids), BATCHES_A_NOTIFY):
            told = ",".join(map(str, ids[start : start + BATCHES_A_NOTIFY]))
            await self.connection.execute("SELECT pg_notify($1, $2)", CHANNEL, told)
        now = time.perf_counter()
        self.committed |= dict.fromkeys(zip(numbers, heads, strict=True), now)
        await transaction.commit()


@dataclass(frozen=True, slots=True)
class Heard:
    """What the streams received of what was committed, in milliseconds since the commits began."""

    latencies_ms: list[float]
    missing: int
    twice: int
    disordered: int
    lost: int

    def told(self) -> Line:
        cuts = statistics.quantiles(self.latencies_ms, n=100)
        return {
            "events": len(self.latencies_ms),
            "missing": self.missing,
            "twice": self.twice,
            "out_of_order": self.disordered,
            "streams_lost": self.lost,
            "p50_ms": round(cuts[49], 1),
            "p99_ms": round(cuts[98], 1),
            "most_ms": round(max(self.latencies_ms), 1),
        }


async def bench(scale: Scale = Scale()) -> AsyncIterator[Line]:
    with ground(in_memory=True) as place:
        async for line in figures(place, scale):
            yield line


async def figures(place: Ground, scale: Scale) -> AsyncIterator[Line]:
    _open_files(scale.streams * 2 + 1000)
    figures: dict[tuple[str, str], Line] = {}
    for name in (OURS, PEER):
        with fresh_database(place) as fresh:
            async for figure, line in _figures_of(name, fresh, scale):
                figures[figure, name] = line
                beside = {}
                if name == PEER:
                    ours = figures[figure, OURS]
                    beside = {
                        f"times_the_gateways_{key}": round(_number(line, key) / _number(ours, key), 1)
                        for key in ("p99_ms", "most_ms", "kb_a_stream")
                        if key in line
                    }
                yield (
                    {"bench": "gateway-streams", "figure": figure, "of": name, "streams": scale.streams} | line | beside
                )


async def _figures_of(name: str, place: Ground, scale: Scale) -> AsyncIterator[tuple[str, Line]]:
    with serving(name, place) as (port, process):
        async with made(place, scale.streams) as batches:
            paths = [f"/api/batches/{batch_id}/events" for batch_id in batches.ids]
            async with listening(port, paths[:100]):  # what a first stream makes is no stream's
                before = process.memory_info().rss
            async with listening(port, paths) as (listeners, opened):
                grown = (process.memory_info().rss - before) / scale.streams
                yield "open", {"kb_a_stream": round(grown / 1000, 1), "seconds": round(opened, 1), "at_most_kb": 20}
                await steady(batches, scale)
                heard = await _heard(listeners, batches)
                yield "steady", heard.told() | {"events_a_second": scale.events_a_second, "at_most_p99_ms": 100}
                bursts = []
                for _ in range(scale.bursts):
                    await batches.commit(range(scale.streams))
                    bursts.append(await _heard(listeners, batches))
                middle = sorted(bursts, key=lambda burst: max(burst.latencies_ms))[scale.bursts // 2]
                yield "burst, a batch each", middle.told() | {"bursts": scale.bursts, "at_most_ms": 300}
            async with listening(port, paths[:1] * scale.streams) as (listeners, _):
                await _heard_of_one(listeners, batches, scale.streams)  # what was before
                bursts = []
                for _ in range(scale.bursts):
                    await batches.commit([0])
                    bursts.append(await _heard_of_one(listeners, batches, scale.streams))
                middle = sorted(bursts, key=lambda burst: max(burst.latencies_ms))[scale.bursts // 2]
                yield "burst, one batch", middle.told() | {"bursts": scale.bursts, "at_most_ms": 300}


async def steady(batches: Batches, scale: Scale) -> None:
    """A transaction every tick, of batches in turn."""
    chance = random.Random(6)  # noqa: S311 - a load, not a secret
    due = list[int]()
    began, ticks = time.perf_counter(), int(scale.seconds / TICK_SECONDS)
    for tick in range(ticks):
        if (early := began + tick * TICK_SECONDS - time.perf_counter()) > 0:
            await asyncio.sleep(early)
        share = int(scale.events_a_second * TICK_SECONDS)
        if len(due) < share:
            due += chance.sample(range(scale.streams), scale.streams)
        now, due = list(dict.fromkeys(due[:share])), due[share:]
        await batches.commit(now)


@contextmanager
def serving(name: str, place: Ground) -> Iterator[tuple[int, psutil.Process]]:
    port = machine.free_port()
    command, environment, ready_url = service("api", place.servers, place.state, port)
    if name == PEER:
        command = [sys.executable, "-m", "tests.bench.sse_loop"]
    with launched(
        name,
        command,
        log=place.state / "logs" / f"{name}.log",
        ready=partial(is_ready, ready_url),
        environment=environment,
    ) as process:
        process.await_ready()
        assert process.process is not None
        yield port, psutil.Process(process.process.pid)


@asynccontextmanager
async def made(place: Ground, count: int) -> AsyncIterator[Batches]:
    connection = await asyncpg.connect(place.servers.database_url)
    ids = [new_id() for _ in range(count)]
    await connection.execute(BATCHES, ids)
    await connection.execute(JOBS, [job_id(batch_id, 1) for batch_id in ids], ids)
    batches = Batches(connection, ids, [0] * count)
    yield batches
    await connection.close()


@asynccontextmanager
async def listening(port: int, paths: Sequence[str]) -> AsyncIterator[tuple[Process, float]]:
    """The process of the clients, when all of their streams are open, and the seconds that this took."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "tests.bench.listeners", str(port)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=2**28,
    )
    try:
        opened = await _asked(process, " ".join(paths))
        yield process, opened["seconds"]
    finally:
        process.kill()
        await process.wait()


async def _heard(listeners: Process, batches: Batches) -> Heard:
    """What was heard of all that was committed since the last look."""
    expected = batches.committed
    batches.committed = {}
    said = await _asked(listeners, f"{len(expected)} {PATIENCE_SECONDS}")
    lasts = dict[int, int]()
    latencies = dict[tuple[int, int], float]()
    twice = disordered = 0
    for number, event_id, at in said["heard"]:
        if (number, event_id) in latencies:
            twice += 1
            continue
        disordered += event_id <= lasts.get(number, 0)
        lasts[number] = event_id
        latencies[number, event_id] = (at - expected[number, event_id]) * 1000
    missing = len(expected.keys() - latencies.keys())
    return Heard(list(latencies.values()), missing, twice, disordered, said["lost"])


async def _heard_of_one(listeners: Process, batches: Batches, streams: int) -> Heard:
    """The same where every stream is of the first batch; all of it is expected where nothing was just committed."""
    expected = {event_id: at for (_, event_id), at in batches.committed.items()}
    batches.committed = {}
    heads = len(expected) or batches.heads[0]
    said = await _asked(listeners, f"{heads * streams} {PATIENCE_SECONDS}")
    heard = {(number, event_id): at for number, event_id, at in said["heard"]}
    latencies = [(at - expected[event_id]) * 1000 for (_, event_id), at in heard.items() if expected]
    return Heard(latencies, heads * streams - len(heard), len(said["heard"]) - len(heard), 0, said["lost"])


async def _asked(listeners: Process, order: str) -> dict[str, Any]:
    assert listeners.stdin is not None
    assert listeners.stdout is not None
    listeners.stdin.write(order.encode() + b"\n")
    said: dict[str, Any] = json.loads(await listeners.stdout.readline())
    return said


def _stage(batch_id: UUID) -> str:
    entered = JobStageEntered(
        job_id=job_id(batch_id, 1), attempt=1, stage=Stage.EXTRACTING, message="Reading page 3 of 12"
    )
    return entered.model_dump_json(exclude_none=True)


def _number(line: Line, key: str) -> float:
    number = line[key]
    assert isinstance(number, float)
    return number


def _open_files(wanted: int) -> None:
    """What this process and its children may have open."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(wanted, hard) if hard > 0 else wanted, hard))
