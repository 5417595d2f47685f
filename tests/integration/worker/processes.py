from __future__ import annotations

import asyncio
import os
import signal
import sys
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING

import orjson

from tests.integration.worker.rig import PATIENCE_SECONDS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from services.worker.settings import WorkerSettings


class Process:
    """A running worker; `ready` is its health page once it listens."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def ready_page(self) -> str:
        assert self._process.stderr is not None
        async for line in self._process.stderr:
            entry = orjson.loads(line)
            if entry["event"] == "http.listening":
                return f"http://127.0.0.1:{entry['port']}/health/ready"
        raise AssertionError("the worker ended before it listened")

    async def end(self, by: signal.Signals) -> int:
        self._process.send_signal(by)
        async with asyncio.timeout(PATIENCE_SECONDS):
            await self._process.communicate()
        code = self._process.returncode
        assert code is not None
        return code

    @property
    def running(self) -> bool:
        return self._process.returncode is None


@asynccontextmanager
async def process(settings: WorkerSettings, **further: str) -> AsyncIterator[Process]:
    """A worker at the servers of these settings; `further` ones by their names."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "services.worker",
        env={
            **os.environ,
            "HEATSTREAM_AMQP_URL": settings.amqp_url.get_secret_value(),
            "HEATSTREAM_DATABASE_URL": settings.database_url.get_secret_value(),
            "HEATSTREAM_BLOB_URL": settings.blob_url,
            "HEATSTREAM_HEALTH_PORT": "0",
            **{f"HEATSTREAM_{name.upper()}": value for name, value in further.items()},
        },
        stderr=asyncio.subprocess.PIPE,
    )
    worker = Process(process)
    try:
        yield worker
    finally:
        if worker.running:
            await worker.end(signal.SIGKILL)


@asynccontextmanager
async def two_processes(settings: WorkerSettings, **further: str) -> AsyncIterator[None]:
    """Two workers that are there."""
    async with AsyncExitStack() as stack:
        workers = [await stack.enter_async_context(process(settings, **further)) for _ in range(2)]
        await asyncio.gather(*(worker.ready_page() for worker in workers))
        yield
