from __future__ import annotations

import asyncio
import json
import os
import signal
import time
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx2

from deploy.local import machine
from deploy.local.process import Process, launched
from deploy.local.services import is_ready, service

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from deploy.local.servers import Servers

PATIENCE_SECONDS = 60


@dataclass
class Projector:
    """One process, and what it says of itself."""

    process: Process
    url: str
    log: Path
    stack: ExitStack

    @property
    def pid(self) -> int:
        assert self.process.process is not None
        return self.process.process.pid

    def signal(self, number: signal.Signals) -> float:
        """Send it; the time of that, as the log of events has it."""
        os.kill(self.pid, number)
        return time.time()

    async def partitions(self) -> set[int]:
        async with httpx2.AsyncClient() as client:
            return set((await client.get(f"{self.url}/health")).json()["partitions"])

    def exit_code(self) -> int:
        assert self.process.process is not None
        return self.process.process.wait(PATIENCE_SECONDS)

    def said(self, event: str) -> list[dict[str, Any]]:
        lines = [json.loads(line) for line in self.log.read_text().splitlines() if line.startswith("{")]
        return [line for line in lines if line["event"] == event]


class Projectors:
    """Several projectors as real processes, with the same settings."""

    def __init__(self, servers: Servers, state: Path, **settings: int) -> None:
        # Once: it gives the database user a new password each time.
        self._command, environment, _ = service("projector", servers, state, 0)
        self._environment = environment | {f"HEATSTREAM_{name}".upper(): str(value) for name, value in settings.items()}
        self._state = state
        self.running: list[Projector] = []

    async def start(self, number: int = 1) -> list[Projector]:
        """So many at once; each is ready."""
        started = [self._launch() for _ in range(number)]
        await asyncio.gather(*(asyncio.to_thread(one.process.await_ready) for one in started))
        return started

    def _launch(self) -> Projector:
        port, name = machine.free_port(), f"projector-{len(self.running)}"
        url, log, stack = f"http://127.0.0.1:{port}", self._state / "logs" / f"{name}.log", ExitStack()
        process = launched(
            name,
            self._command,
            log=log,
            ready=lambda: is_ready(f"{url}/health/ready"),
            environment=self._environment | {"HEATSTREAM_HEALTH_PORT": str(port)},
        )
        one = Projector(stack.enter_context(process), url, log, stack)
        self.running.append(one)
        return one

    async def until(self, wanted: Callable[[list[dict[str, Any]]], bool], among: list[Projector]) -> None:
        """Return when what these say of themselves is what is wanted."""
        told: list[dict[str, Any]] = []
        async with httpx2.AsyncClient() as client:
            try:
                async with asyncio.timeout(PATIENCE_SECONDS):
                    while True:
                        answers = await asyncio.gather(*(client.get(f"{one.url}/health") for one in among))
                        told = [answer.json() for answer in answers]
                        if wanted(told):
                            return
                        await asyncio.sleep(0.02)
            except TimeoutError:
                raise AssertionError(f"the projectors say {told}") from None

    def close(self) -> None:
        """End them all, dead, frozen or alive."""
        for one in self.running:
            if not one.process.died:
                one.signal(signal.SIGKILL)
                one.exit_code()
            one.stack.close()
