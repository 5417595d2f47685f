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

from tests.integration.api.ledger import SWIMMER

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
