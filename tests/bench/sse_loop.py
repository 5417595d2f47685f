"""What the streams of the gateway are held against: sse-starlette with a loop a client, woken by the same NOTIFY.

Each client asks for its own rows and encodes its own events, as the documentation of sse-starlette does it. Run as
`python -m tests.bench.sse_loop` with the gateway's environment; the same server, with the same settings.
"""

from __future__ import annotations

from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

import orjson
import uvloop
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from schema.streamed import NAMES
from services.api import safeguards
from services.api.arrivals import Arrivals
from services.api.settings import ApiSettings
from services.runtime import http, lifecycle
from services.runtime.database import Database, Listener
from services.runtime.queries import query

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.requests import Request


class Loops:
    """As the routes of the gateway, for who is not cut off, never comes back, and watches one batch."""

    def __init__(self, database: Database, arrivals: Arrivals) -> None:
        self._database, self._arrivals = database, arrivals

    async def events(self, request: Request) -> Response:
        return EventSourceResponse(self._told(request.path_params["batch_id"]))

    async def ready(self, _: Request) -> Response:
        return Response(status_code=200 if await self._database.answers() else 503)

    async def _told(self, batch_id: str) -> AsyncIterator[ServerSentEvent]:
        yield ServerSentEvent(comment="hello")
        cursor = 0
        with self._arrivals.expect(batch_id) as arrived:
            while True:
                async with self._database.connection() as connection:
                    rows = await connection.fetch(query("api_news"), [batch_id], [cursor], 200)
                for row in rows:
                    cursor = row["event_id"]
                    if row["type"] in NAMES:
                        told = {"occurred_at": row["occurred_at"], "sequence": row["sequence"], **row["data"]}
                        yield ServerSentEvent(orjson.dumps(told).decode(), event=NAMES[row["type"]], id=str(cursor))
                await arrived.wait()
                arrived.clear()


async def serve() -> None:
    settings, arrivals = ApiSettings(), Arrivals()
    async with AsyncExitStack() as stack:
        url = settings.database_url.get_secret_value()
        database = await stack.enter_async_context(
            Database(url, name="sse-loop", most_connections=settings.database_connections)
        )
        await stack.enter_async_context(Listener(url, name="sse-loop-listen", wake=arrivals.stir))
        loops = Loops(database, arrivals)
        routes = [Route("/api/batches/{batch_id}/events", loops.events), Route("/health/ready", loops.ready)]
        serving = http.serve(
            Starlette(routes=routes),
            settings.http_host,
            settings.http_port,
            stop_seconds=1,
            limits=safeguards.limits(settings),
        )
        await stack.enter_async_context(serving)
        await lifecycle.stop_signal()


if __name__ == "__main__":
    uvloop.run(serve())
