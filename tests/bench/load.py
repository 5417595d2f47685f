"""Two workers under many batches, half of uploads and half of links to a site that fails one request in five."""

from __future__ import annotations

import asyncio
import os
import tempfile
import time
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aio_pika
import asyncpg
import orjson
import psutil

from deploy.local import machine
from deploy.local.process import launched
from deploy.local.services import is_ready, service
from schema.commands import SubmitBatch
from schema.identity import job_id
from schema.states import ErrorCode
from services.runtime.blobs import Blobs
from services.runtime.clock import new_id
from services.runtime.publisher import Publisher
from services.runtime.topology import COMMANDS, topology
from tests.bench import reckoning
from tests.bench.faulty_site import faulty_site
from tests.samples.hytek import sample
from tests.samples.meet import Options

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from uuid import UUID

    from deploy.local.process import Process
    from deploy.local.servers import Servers
    from tests.bench.faulty_site import FaultySite

BATCHES, SHEETS = 200, 15
WORKERS = 2
SWIMMER = "Maya Lindqvist"
#: One a batch each: an upload that nobody can read, and a link to nothing.
BROKEN, GONE = 1, 2
PATIENCE_SECONDS = 900
SLOTS_BUSY = 0.8
TOPOLOGY = topology(1, 35)
#: How many are recorded, and of those how many jobs have not been tried yet, and how many batches are not over.
BEGUN = (
    "SELECT count(DISTINCT batch_id), count(*) FILTER (WHERE status = 'pending' AND retry_count = 0) FROM batch_jobs"
)
OVER = "SELECT count(*), count(*) FILTER (WHERE completed_at IS NULL) FROM processing_batches"
DRAWN = [
    Options(seed=seed, name=f"Load Meet {seed}", events=events, heats=heats, columns=columns, maya=True)
    for seed, events, heats, columns in ((61, 8, 3, 1), (62, 12, 4, 2), (63, 20, 6, 2), (64, 16, 3, 3))
]


async def bench(servers: Servers) -> AsyncIterator[dict[str, object]]:
    """Once, for it takes minutes. Raises AssertionError where slots stand idle while there is work."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        figures = await loaded(servers, Path(folder), BATCHES, SHEETS)
    yield {"bench": "load", **figures, "slots_busy_at_least": SLOTS_BUSY}
    assert float(str(figures["slots_busy"])) >= SLOTS_BUSY


async def loaded(servers: Servers, state: Path, batches: int, sheets: int) -> dict[str, object]:
    """Work so many batches off, and give the figures. Raises AssertionError where anything is not as it must be."""
    drawn = [sample(options).pdf for options in DRAWN]
    sites: dict[str, bytes] = {}
    async with faulty_site(sites.get) as site:
        with crew(servers, state, site.host) as processes:
            commands, permanent = await _asked_for(Blobs(f"file://{state}/blobs"), site, sites, drawn, batches, sheets)
            before, machine_before, began = _processor_seconds(processes), psutil.cpu_times(), time.perf_counter()
            async with Publisher(servers.amqp_url, "bench", TOPOLOGY) as publisher:
                await asyncio.gather(*(_submit(publisher, command) for command in commands))
            await _until(servers, BEGUN, batches)
            busy = _busy(machine_before, psutil.cpu_times())
            await _until(servers, OVER, batches)
            wall = time.perf_counter() - began
            spent = {name: after - before[name] for name, after in _processor_seconds(processes).items()}
            await _until_empty(servers)
        connection = await asyncpg.connect(servers.database_url)
        try:
            await reckoning.right(connection, permanent, _of_links(commands, site), jobs=batches * sheets)
            times = await reckoning.times(connection, slots=WORKERS * (os.cpu_count() or 1))
        finally:
            await connection.close()
    return {
        "batches": batches,
        "jobs": batches * sheets,
        "workers": WORKERS,
        "cores": os.cpu_count(),
        "seconds": round(wall, 1),
        "jobs_per_second": round(batches * sheets / wall, 1),
        **times,
        "processor_seconds": {name: round(seconds, 1) for name, seconds in spent.items()},
        "machine_busy": busy,
        "machine_load": round(os.getloadavg()[0], 1),
    }


@contextmanager
def crew(servers: Servers, state: Path, host: str) -> Iterator[list[Process]]:
    """A projector and the workers, ready. Only a stall is found sooner than by default: delays are the real ones."""
    further = {"HEATSTREAM_ALLOWED_HOSTS": host, "HEATSTREAM_DOWNLOAD_READ_SECONDS": "1"}
    wanted = [("projector", *service("projector", servers, state, 0))]
    command, environment, _ = service("worker", servers, state, 0)  # once, for it makes the user of all workers
    for number in range(1, WORKERS + 1):
        port = machine.free_port()
        own = {**environment, **further, "HEATSTREAM_HEALTH_PORT": str(port)}
        wanted.append((f"worker {number}", command, own, f"http://127.0.0.1:{port}/health/ready"))
    with ExitStack() as stack:
        processes = [
            stack.enter_context(
                launched(
                    name,
                    command,
                    log=state / "logs" / f"{name}.log",
                    ready=partial(is_ready, ready_url),
                    environment=environment,
                )
            )
            for name, command, environment, ready_url in wanted
        ]
        for process in processes:
            process.await_ready()
        yield processes


async def _asked_for(  # noqa: PLR0913, PLR0917 - what a batch is made of
    blobs: Blobs, site: FaultySite, sites: dict[str, bytes], drawn: list[bytes], batches: int, sheets: int
) -> tuple[list[SubmitBatch], dict[UUID, ErrorCode]]:
    """The commands, and what ends the jobs that no other try can help. Each PDF has bytes of its own."""
    commands, permanent = [], {}
    for batch in range(batches):
        batch_id = new_id()
        sources: list[dict[str, str]] = []
        for number in range(1, sheets + 1):
            pdf = drawn[(batch + number) % len(drawn)] + f"\n% {batch} {number}\n".encode()
            if number == BROKEN:
                pdf = b"%PDF-1.7\nnothing that follows is one\n" + str(batch).encode()
                permanent[job_id(batch_id, number)] = ErrorCode.INVALID_PDF
            if number % 2:
                sources.append({"source_type": "file", "checksum": await _kept(blobs, pdf), "filename": "sheet.pdf"})
                continue
            path = f"/{batch}/{number}.pdf"
            sources.append({"source_type": "url", "url": f"http://{site.host}{path}"})
            if number != GONE:
                sites[path] = pdf
        commands.append(SubmitBatch.model_validate({"batch_id": batch_id, "swimmer_name": SWIMMER, "sources": sources}))
    return commands, permanent


async def _kept(blobs: Blobs, pdf: bytes) -> str:
    async def chunks() -> AsyncIterator[bytes]:
        yield pdf

    staged = await blobs.stage(chunks(), len(pdf))
    await blobs.keep(staged)
    return staged.checksum


async def _submit(publisher: Publisher, command: SubmitBatch) -> None:
    message = aio_pika.Message(
        orjson.dumps(command.model_dump(mode="json", exclude_none=True)),
        type=SubmitBatch.TYPE,
        message_id=str(new_id()),
        delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
    )
    await publisher.publish(COMMANDS, SubmitBatch.TYPE, message)


def _of_links(commands: list[SubmitBatch], site: FaultySite) -> dict[UUID, list[ErrorCode | None]]:
    """What the site answered each job that has a link."""
    return {
        job_id(command.batch_id, number): site.answers[source.url.removeprefix(f"http://{site.host}")]
        for command in commands
        for number, source in enumerate(command.sources, start=1)
        if source.source_type == "url"
    }


async def _until(servers: Servers, sql: str, batches: int) -> None:
    """Return when all batches are recorded, and nothing is left of what the query counts besides."""
    connection = await asyncpg.connect(servers.database_url)
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while tuple(await connection.fetchrow(sql) or ()) != (batches, 0):  # noqa: ASYNC110 - the database changes
                await asyncio.sleep(0.1)
    finally:
        await connection.close()


async def _until_empty(servers: Servers) -> None:
    """No queue holds anything; the last acknowledgements may be under way. A stream keeps what it was given."""
    async with await aio_pika.connect(servers.amqp_url) as connection:
        channel = await connection.channel()
        for wanted in TOPOLOGY.queues:
            if wanted.arguments["x-queue-type"] == "quorum":
                queue = await channel.get_queue(wanted.name)
                async with asyncio.timeout(10):
                    while (await queue.declare()).message_count:  # noqa: ASYNC110 - the broker changes it
                        await asyncio.sleep(0.02)


def _busy(before: Any, after: Any) -> float:  # noqa: ANN401 - what psutil gives
    """The share of all cores' time in which they did something, whoever's: the rest of it was waiting."""
    waited = after.idle + after.iowait - before.idle - before.iowait
    return round(float(1 - waited / (sum(after) - sum(before))), 3)


def _processor_seconds(processes: list[Process]) -> dict[str, float]:
    """By process, with the children that it has and had."""
    spent = {}
    for process in processes:
        assert process.process is not None
        root = psutil.Process(process.process.pid)
        times = [one.cpu_times() for one in (root, *root.children(recursive=True))]
        spent[process.name] = sum(sum(time[:4]) for time in times)
    return spent
