from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import Response
from starlette.routing import Route

from schema.extraction import Meet
from services.api.answers import UNKEPT, answer, unless_known
from services.api.calendar import Sheet, calendar
from services.api.links import to_batch
from services.api.paths import batch_id_of, code_of, swims_of
from services.api.routes.page import wants_page
from services.api.schedule import result_view, schedule
from services.api.timeline import timed

if TYPE_CHECKING:
    from starlette.requests import Request

    from services.api.reads import Reads
    from services.api.routes.page import Page


class Results:
    """The schedule of a batch, as data and as a calendar, and what a share link shows."""

    def __init__(self, reads: Reads, page: Page) -> None:
        self._reads, self._page = reads, page

    def routes(self) -> list[Route]:
        return [
            Route("/api/batches/{batch_id}/results", self.results),
            Route("/api/batches/{batch_id}/calendar.ics", self.calendar),
            Route("/result/{code}", self.shared),
        ]

    async def results(self, request: Request) -> Response:
        batch_id = batch_id_of(request)
        view = schedule(*await self._reads.results(batch_id))
        return unless_known(request, answer(view, headers=to_batch(batch_id)))

    async def calendar(self, request: Request) -> Response:
        batch_id = batch_id_of(request)
        batch, jobs = await self._reads.results(batch_id)
        finished = {job["result_code"]: job for job in jobs if job["result_code"] is not None}
        sheets = [
            Sheet(finished[result.result_code]["job_id"], finished[result.result_code]["completed_at"], result)
            for result in schedule(batch, jobs).results
        ]
        given = Response(
            calendar(batch["swimmer_name"], sheets, swims_of(request)),
            media_type="text/calendar",
            headers={**UNKEPT, **to_batch(batch_id), "Content-Disposition": 'attachment; filename="heatstream.ics"'},
        )
        return unless_known(request, given)

    async def shared(self, request: Request) -> Response:
        if wants_page(request):
            return await self._page.shell(request)
        row, reports = await self._reads.result(code_of(request))
        shown = timed(result_view(row), [Meet(**report) for report in reports])
        return answer(shown, headers={"Vary": "Accept"})
