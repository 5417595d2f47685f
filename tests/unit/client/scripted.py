"""What a scripted gateway says, and both clients with one face."""

from __future__ import annotations

import asyncio
import threading
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from services.client.async_gateway import AsyncGateway
from services.client.gateway import Gateway

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

    from services.client.following import BatchNews

NOON = datetime(2026, 7, 17, 12, tzinfo=UTC)
BATCH, JOB, CODE = uuid4(), uuid4(), "0123456789ab"
EVENTS = f"GET /api/batches/{BATCH}/events"
PROBLEM = {"type": "/problems/batch-over", "title": "The batch is over", "status": 409, "detail": "too late"}
AWAY = {"type": "/problems/database-unavailable", "title": "Away", "status": 503, "detail": "in a moment"}
TOO_FAST = {"type": "/problems/too-many-requests", "title": "Too much", "status": 429, "detail": "in a moment"}
STAGE = (1, "job_progress", {"stage": "extracting", "sequence": 1})
DONE = (2, "batch_completed", {"status": "completed"})


class Blocking:
    """The asynchronous client with the face of the other one, on a loop of its own."""

    def __init__(self, url: str, key: str | None) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        self._gateway = AsyncGateway(url, key)

    def __getattr__(self, name: str) -> Callable[..., Any]:
        return lambda *given: self._run(getattr(self._gateway, name)(*given))

    def events(self, *given: Any) -> Iterator[BatchNews]:  # noqa: ANN401 - as the method takes them
        return self._each(self._gateway.events(*given))

    def watch(self, *given: Any) -> Iterator[BatchNews]:  # noqa: ANN401 - as above
        return self._each(self._gateway.watch(*given))

    def poll(self, *given: Any) -> Iterator[BatchNews]:  # noqa: ANN401 - as above
        return self._each(self._gateway.poll(*given))

    def _each(self, stream: AsyncIterator[BatchNews]) -> Iterator[BatchNews]:
        while (news := self._run(anext(stream, None))) is not None:
            yield news

    def close(self) -> None:
        self._run(self._gateway.__aexit__())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _run(self, what: Any) -> Any:  # noqa: ANN401 - anything that can be waited for
        return asyncio.run_coroutine_threadsafe(what, self._loop).result(20)


@contextmanager
def opened(kind: str, url: str, key: str | None = None) -> Iterator[Gateway | Blocking]:
    if kind == "sync":
        with Gateway(url, key) as client:
            yield client
        return
    blocking = Blocking(url, key)
    try:
        yield blocking
    finally:
        blocking.close()
