"""The projector, a process as in production, beside what limits it; all in one run, pairs one after the other."""

from __future__ import annotations

import asyncio
import statistics
import time
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import asyncpg
import psutil

from deploy.local.process import launched
from deploy.local.services import is_ready, service
from tests.bench import latency, peer, traffic
from tests.bench.ground import Ground, fresh_database, ground
from tests.bench.limits import drained_per_second, fill, waiting, written_per_second

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Iterator

    from deploy.local.process import Process

COALESCED = 50
#: From the start of the first transaction until now; what follows from an event is not counted as one.
WRITTEN = """SELECT extract(epoch FROM statement_timestamp() - min(recorded_at))::float8, count(*)
FROM batch_events WHERE source <> 'heatstream/projector'"""
Line = dict[str, object]


@dataclass(frozen=True, slots=True)
class Scale:
    """How much is measured: seconds of a sustained run, events of what is measured beside it."""

    seconds: float = 60
    #: The queue holds so many events for each second; the run ends sooner where that is too few.
    prepared_per_second: int = 34_000
    prepared_alone_per_second: int = 22_000
    drain_messages: int = 40_000
    peer_events: int = 2_000
    paced_events: int = 20_000
    lone_events: int = 200


async def bench(scale: Scale = Scale()) -> AsyncIterator[Line]:
    with ground() as place:
        async for line in figures(place, "disk", scale):
            yield line
    with ground(in_memory=True) as place:
        yield await latencies(place, "memory", scale)


async def figures(place: Ground, data_on: str, scale: Scale) -> AsyncIterator[Line]:
    for mix, partitions in ((traffic.USUAL, 1), (traffic.USUAL, 2), (traffic.SHORT, 2)):
        yield await coalesced(place, mix, partitions, scale)
    yield await alone(place, scale)
    yield await latencies(place, data_on, scale)


async def coalesced(place: Ground, mix: traffic.Mix, partitions: int, scale: Scale) -> Line:
    """Messages of `COALESCED` events, as under load; the limit is measured over as many, for tables grow slower.

    With two partitions one's events are folded while the other's are written.
    """
    events = int(scale.seconds * scale.prepared_per_second)
    run = await _sustained(place, traffic.messages(mix, events, COALESCED, partitions), partitions, scale.seconds)
    with fresh_database(place) as fresh:
        limit = await written_per_second(fresh.servers.database_url, mix, run.events)
    with fresh_database(place) as fresh:
        peers = await asyncio.to_thread(peer.events_per_second, fresh.servers.database_url, mix, scale.peer_events)
    return {
        **_about("coalesced", mix, COALESCED, partitions),
        **run.line(),
        "written_alone_per_second": round(limit),
        "ratio_to_written_alone": round(run.events_per_second / limit, 2),
        "at_least_ratio": 0.6,
        "at_least_per_second": 20_000,
        "peer_per_second": round(peers),
        "times_the_peer": round(run.events_per_second / peers, 1),
        "at_least_times": 20,
    }


async def alone(place: Ground, scale: Scale) -> Line:
    """One event a message; the bare drain is measured before and behind."""
    mix = traffic.USUAL

    async def drained(*, past_aio_pika: bool) -> float:
        messages = traffic.messages(mix, scale.drain_messages, 1)
        return await drained_per_second(place.servers.amqp_url, messages, past_aio_pika=past_aio_pika)

    drains, bare = [await drained(past_aio_pika=False)], await drained(past_aio_pika=True)
    events = int(scale.seconds * scale.prepared_alone_per_second)
    run = await _sustained(place, traffic.messages(mix, events, 1), 1, scale.seconds)
    drains.append(await drained(past_aio_pika=False))
    drain = statistics.mean(drains)
    return {
        **_about("alone", mix, 1, 1),
        **run.line(),
        "drained_per_second": round(drain),
        "ratio_to_drained": round(run.events_per_second / drain, 2),
        "drained_past_aio_pika_per_second": round(bare),
        "ratio_to_drained_past_aio_pika": round(run.events_per_second / bare, 2),
        "at_least_ratio": 0.7,
    }


async def latencies(place: Ground, data_on: str, scale: Scale) -> Line:
    """From publish to visible; told of the disk, promised of memory, because disks stall."""
    found: Line = {}
    for name, events, pace in (("paced", scale.paced_events, 2000), ("lone", scale.lone_events, None)):
        with fresh_database(place) as fresh, _projector(fresh):
            await fill(place.servers.amqp_url, [])
            found[name] = await latency.percentiles(fresh.servers, traffic.USUAL, events, pace)
    return {
        "bench": "projector",
        "figure": "latency",
        "data_on": data_on,
        "paced_per_second": 2000,
        **found,
        **({"paced_at_most_ms": {"p50": 10, "p99": 60}, "lone_p50_at_most_ms": 10} if data_on == "memory" else {}),
    }


@dataclass(frozen=True, slots=True)
class _Run:
    seconds: float
    events: int
    mebibytes: list[float]
    #: Of a processor, by the projector and by PostgreSQL: unlike rates they say the same on a machine that is shared.
    processor_seconds: tuple[float, float]

    @property
    def events_per_second(self) -> float:
        return self.events / self.seconds

    def line(self) -> Line:
        return {
            "seconds": round(self.seconds, 1),
            "events": self.events,
            "events_per_second": round(self.events_per_second),
            "memory_mib_at_a_third": round(self.mebibytes[len(self.mebibytes) // 3]),
            "memory_mib_at_end": round(self.mebibytes[-1]),
            "projector_us_an_event": round(self.processor_seconds[0] / self.events * 1e6, 1),
            "postgres_us_an_event": round(self.processor_seconds[1] / self.events * 1e6, 1),
        }


async def _sustained(place: Ground, messages: Iterable[tuple[int, bytes]], partitions: int, seconds: float) -> _Run:
    """From the first event in the log, for so long or until the queues are empty."""
    await fill(place.servers.amqp_url, messages)
    with fresh_database(place) as fresh, _projector(fresh, partitions) as process:
        watched = psutil.Process(process.process.pid)  # type: ignore[union-attr]  # it runs
        connection = await asyncpg.connect(fresh.servers.database_url)
        server = psutil.Process(connection.get_server_pid()).parent()
        used_before = _used(watched), _used(server)
        while not await connection.fetchval("SELECT EXISTS (SELECT FROM batch_events)"):  # noqa: ASYNC110 - the database changes
            await asyncio.sleep(0.02)
        ends, mebibytes = time.perf_counter() + seconds, [watched.memory_info().rss / 2**20]
        while time.perf_counter() < ends and await waiting(place.servers.amqp_url):
            await asyncio.sleep(min(1, seconds / 10))
            mebibytes.append(watched.memory_info().rss / 2**20)
        ((took, written),) = await connection.fetch(WRITTEN)
        used = _used(watched) - used_before[0], _used(server) - used_before[1]
        await connection.close()
    await fill(place.servers.amqp_url, [])
    return _Run(took, written, mebibytes, used)


def _used(process: psutil.Process | None) -> float:
    """Seconds of a processor that a process and those under it used so far."""
    everyone = [] if process is None else [process, *process.children(recursive=True)]
    return sum(times.user + times.system for one in everyone if (times := one.cpu_times()))


@contextmanager
def _projector(place: Ground, partitions: int = 1) -> Iterator[Process]:
    command, environment, ready_url = service("projector", place.servers, place.state, 0)
    with launched(
        "projector",
        command,
        log=place.state / "logs" / "projector.log",
        ready=partial(is_ready, ready_url),
        environment={**environment, "HEATSTREAM_PARTITIONS": str(partitions)},
    ) as process:
        process.await_ready()
        yield process


def _about(figure: str, mix: traffic.Mix, events_a_message: int, partitions: int) -> Line:
    return {
        "bench": "projector",
        "figure": figure,
        "mix": mix.name,
        "events_a_batch": mix.events_a_batch,
        "live_batches": traffic.LIVE_BATCHES,
        "events_a_message": events_a_message,
        "partitions": partitions,
    }
