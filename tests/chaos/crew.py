from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, Self
from uuid import UUID

import asyncpg
import httpx2

from deploy.local import machine
from deploy.local.process import Process, launched
from deploy.local.services import SERVICES, is_ready, service

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

    from deploy.local.servers import Servers

PATIENCE_SECONDS = 60


class Crew:
    """The three services as real processes, each of which can be killed and started again."""

    def __init__(self, servers: Servers, state: Path) -> None:
        self.servers, self.state = servers, state
        self._port = machine.free_port()
        self._running: dict[str, tuple[Process, ExitStack]] = {}
        self.api_url = f"http://127.0.0.1:{self._port}"

    def __enter__(self) -> Self:
        with ThreadPoolExecutor() as pool:
            list(pool.map(self.start, SERVICES))
        return self

    def __exit__(self, kind: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None) -> None:
        for _, stack in self._running.values():
            stack.close()

    def start(self, name: str) -> None:
        command, environment, ready_url = service(name, self.servers, self.state, self._port)
        stack = ExitStack()
        log = self.state / "logs" / f"{name}.log"
        started = launched(name, command, log=log, ready=lambda: is_ready(ready_url), environment=environment)
        self._running[name] = (running := stack.enter_context(started)), stack
        running.await_ready()

    def kill(self, name: str) -> None:
        """As the machine would: no signal that it can see, no clean-up. Its own children are left to themselves."""
        running, stack = self._running.pop(name)
        if running.process is not None:
            running.process.kill()
            running.process.wait()
        stack.close()

    async def submit(self, swimmer: str, sheets: list[Path]) -> UUID:
        async with httpx2.AsyncClient(base_url=self.api_url) as client:
            files = [("pdfs", (sheet.name, sheet.read_bytes(), "application/pdf")) for sheet in sheets]
            answer = await client.post("/api/batches", data={"swimmer": swimmer}, files=files, timeout=30)
            assert answer.status_code == 202, answer.text
            return UUID(answer.json()["batch_id"])

    async def rows(self, sql: str, *arguments: object) -> list[Any]:
        connection = await asyncpg.connect(self.servers.database_url)
        try:
            return [row[0] if len(row) == 1 else tuple(row) for row in await connection.fetch(sql, *arguments)]
        finally:
            await connection.close()

    async def until(self, sql: str, expected: list[Any]) -> None:
        given: list[Any] = []
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                while (given := await self.rows(sql)) != expected:  # noqa: ASYNC110 - the database changes
                    await asyncio.sleep(0.02)
        except TimeoutError:
            raise AssertionError(f"{sql} gives {given}, not {expected}") from None
