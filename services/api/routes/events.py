from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.routing import Route

from services.api.answers import answer
from services.api.links import from_page
from services.api.paths import batch_id_of, batch_ids_of, cursor_of, cursors_of, page_of, wait_of
from services.api.sse.poll import poll
from services.api.sse.stream import EventStream

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from services.api.reads import Reads
    from services.api.sse.hub import Hub

USUAL_PAGE = 500
LARGEST_PAGE = 1000


class Events:
    """What happened to a batch, or to several: live as an event stream; of one also in pages, waited for or not."""

    def __init__(self, hub: Hub, reads: Reads, beat_seconds: float) -> None:
        self._hub, self._reads, self._beat_seconds = hub, reads, beat_seconds

    def routes(self) -> list[Route]:
        return [Route("/api/batches/{batch_id}/events", self.events), Route("/api/events", self.watch)]

    async def events(self, request: Request) -> Response | EventStream:
        batch_id, cursor = batch_id_of(request), cursor_of(request)
        after, limit = page_of(request, usual=USUAL_PAGE, most=LARGEST_PAGE)
        wait = wait_of(request)
        if request.method == "GET" and "text/event-stream" in request.headers.get("accept", ""):
            return self._stream({str(batch_id): cursor})
        if wait is None:
            page = await self._reads.events(batch_id, after, limit)
        else:
            page = await poll(self._hub, self._reads, batch_id, after, limit, wait, request.receive)
        return answer(page, headers={"Vary": "Accept", **from_page(batch_id, page.next_after, limit, wait)})

    async def watch(self, request: Request) -> EventStream:
        """Several batches over one line: a browser opens six to a server."""
        batch_ids = batch_ids_of(request)
        return self._stream(dict(zip(map(str, batch_ids), cursors_of(request, len(batch_ids)), strict=True)))

    def _stream(self, cursors: dict[str, int]) -> EventStream:
        return EventStream(self._hub, self._reads, cursors, beat_seconds=self._beat_seconds)
