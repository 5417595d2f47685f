from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
import time
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import httpx2
import orjson

from schema.states import Stage
from tests.integration.api.ledger import SWIMMER
from tests.integration.api.streams import address, streaming

if TYPE_CHECKING:
    from asyncio.subprocess import Process
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.integration.api.ledger import Ledger

PATIENCE_SECONDS = 30


@asynccontextmanager
async def running(
    database_url: str, amqp_url: str, blob_path: Path, **changed: str
) -> AsyncIterator[tuple[Process, httpx2.AsyncClient]]:
    """The gateway as its own process, ready, and a client of it."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    settings = {
        "HEATSTREAM_DATABASE_URL": f"{database_url}?role=heatstream_api",
        "HEATSTREAM_AMQP_URL": amqp_url,
        "HEATSTREAM_BLOB_URL": f"file://{blob_path}",
        "HEATSTREAM_HTTP_PORT": str(port),
        "HEATSTREAM_LOG_LEVEL": "debug",
        **changed,
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "services.api", env={**os.environ, **settings}, stderr=asyncio.subprocess.PIPE
    )
    try:
        async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=PATIENCE_SECONDS) as client:
            async with asyncio.timeout(PATIENCE_SECONDS):
                while not await _ready(client):  # noqa: ASYNC110 - a process tells nobody that it is ready
                    await asyncio.sleep(0.05)
            yield process, client
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def _ready(client: httpx2.AsyncClient) -> bool:
    try:
        return (await client.get("/health/ready")).is_success
    except httpx2.TransportError:
        return False


async def test_a_stop_ends_streams_and_process_and_the_log_names_nobody(
    database_url: str, amqp_url: str, blob_path: Path, ledger: Ledger
) -> None:
    batch_id = await ledger.submitted()
    async with running(database_url, amqp_url, blob_path) as (process, client):
        await client.post("/api/batches", json={"swimmer": SWIMMER, "urls": ["https://example.org/a.pdf"]})
        await client.post(f"/api/batches?swimmer={SWIMMER}", json={"swimmer": SWIMMER, "urls": [7]})
        async with client.sse(f"/api/batches/{batch_id}/events") as stream:
            assert stream.response.status_code == 200
            began = time.monotonic()
            process.send_signal(signal.SIGTERM)
            assert [event async for event in stream if event.data] == []
        assert process.stderr is not None
        logged = (await process.stderr.read()).decode()
        assert await process.wait() == 0
    assert time.monotonic() - began < 5  # the server alone would wait for its streams, 15 s and more
    assert "batch.taken" in logged
    assert not {word for word in (*SWIMMER.split(), "parent@example.org") if word in logged}


async def test_fifty_streams_end_within_a_second_and_their_clients_go_on_elsewhere(
    database_url: str, amqp_url: str, blob_path: Path, ledger: Ledger
) -> None:
    """Streams of one batch and of two, while events are committed: nothing is missed, nothing comes twice."""
    first, second = await ledger.submitted(), await ledger.submitted()
    urls = [f"/api/batches/{first}/events", address(second, first)] * 25
    told: list[list[bytes]] = [[] for _ in urls]
    last_ids: list[str | None] = [None for _ in urls]
    greeted, stopped = asyncio.Barrier(len(urls) + 1), asyncio.Event()

    async def follow(client: httpx2.AsyncClient, number: int, *, greets: bool = False) -> float:
        async with streaming(client, urls[number], last_ids[number]) as events:
            async for event in events:
                told[number].append(event.data.encode())
                last_ids[number] = event.id
                if greets:
                    await greeted.wait()
                    greets = False
        return time.monotonic()

    async def commit() -> None:
        while not stopped.is_set():
            for batch_id in (first, second):
                await ledger.entered(batch_id, Stage.EXTRACTING)
            await asyncio.sleep(0.03)  # fifty clients in Python read no faster, and would be cut off before

    committing = asyncio.create_task(commit())
    async with running(database_url, amqp_url, blob_path) as (process, client):
        streams = [asyncio.create_task(follow(client, number, greets=True)) for number in range(len(urls))]
        await greeted.wait()
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        ended = await asyncio.gather(*streams)
        assert await process.wait() == 0
    assert max(ended) - began < 1
    async with running(database_url, amqp_url, blob_path) as (_, client):
        streams = [asyncio.create_task(follow(client, number)) for number in range(len(urls))]
        stopped.set()
        await committing
        for batch_id in (first, second):
            await ledger.over(batch_id)
        await asyncio.gather(*streams)
    lasts = {
        str(row["id"]): row["last_event_id"]
        for row in await ledger.connection.fetch("SELECT id, last_event_id FROM processing_batches")
    }
    for url, events in zip(urls, told, strict=True):
        heard: dict[str, list[int]] = {}
        for event in map(orjson.loads, events):
            heard.setdefault(event["batch_id"], []).append(event["event_id"])
        assert heard == {batch_id: list(range(2, last + 1)) for batch_id, last in lasts.items() if batch_id in url}
