from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.responses import Response
from starlette.routing import Route

from schema.extraction import Meet
from services.api.answers import UNKEPT, answer, unless_known
from services.api.calendar.google import with_google_links
from services.api.calendar.ics import Sheet, Wishes, calendar
from services.api.links import to_batch
from services.api.paths import alarm_of, batch_id_of, code_of, swims_of, zone_of
from services.api.routes.page import wants_page
from services.api.schedule import result_view, schedule
from services.api.timeline import timed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from starlette.requests import Request

    from schema.views import ResultView
    from services.api.reads import Reads
    from services.api.routes.page import Page

#: A phone that opens it offers to add the swims; a browser that cannot, saves it under this name.
CALENDAR = {**UNKEPT, "Content-Disposition": 'inline; filename="heatstream.ics"'}


class Results:
    """The schedule of a batch, and the one sheet of a share link, each as data and as a calendar."""

    def __init__(self, reads: Reads, page: Page) -> None:
        self._reads, self._page = reads, page

    def routes(self) -> list[Route]:
        return [
            Route("/api/batches/{batch_id}/results", self.results),
            Route("/api/batches/{batch_id}/calendar.ics", self.calendar),
            Route("/result/{code}.ics", self.shared_calendar),
            Route("/result/{code}", self.shared),
        ]

    async def results(self, request: Request) -> Response:
        batch_id, zone = batch_id_of(request), zone_of(request)
        view = schedule(*await self._reads.results(batch_id))
        linked = tuple(with_google_links(result, zone) for result in view.results)
        view = view.model_copy(update={"results": linked})
        return unless_known(request, answer(view, headers=to_batch(batch_id)))

    async def calendar(self, request: Request) -> Response:
        batch_id, wishes = batch_id_of(request), _wishes(request)
        batch, jobs = await self._reads.results(batch_id)
        results, rows = schedule(batch, jobs).results, {job["result_code"]: job for job in jobs}
        reports = [rows[result.result_code] for result in results if result.timeline]
        sheets = [Sheet(_read_at(rows[result.result_code], reports), result) for result in results]
        given = calendar(batch["swimmer_name"], sheets, wishes)
        return unless_known(
            request, Response(given, media_type="text/calendar", headers={**CALENDAR, **to_batch(batch_id)})
        )

    async def shared(self, request: Request) -> Response:
        if wants_page(request):
            return await self._page.shell(request)
        zone = zone_of(request)
        shown, _ = await self._shared(request)
        return answer(with_google_links(shown, zone), headers={"Vary": "Accept"})

    async def shared_calendar(self, request: Request) -> Response:
        wishes = _wishes(request)
        shown, read_at = await self._shared(request)
        given = calendar(shown.swimmer_name, [Sheet(read_at, shown)], wishes)
        return unless_known(request, Response(given, media_type="text/calendar", headers=CALENDAR))

    async def _shared(self, request: Request) -> tuple[ResultView, datetime]:
        """What a share link shows, and when the last was read of what that is made of."""
        row, reports = await self._reads.result(code_of(request))
        meets = [Meet(**{name: report[name] for name in Meet.model_fields}) for report in reports]
        return timed(result_view(row), meets), _read_at(row, reports)


def _wishes(request: Request) -> Wishes:
    return Wishes(alarm_of(request), zone_of(request), swims_of(request))


def _read_at(row: Mapping[str, Any], reports: Iterable[Mapping[str, Any]]) -> datetime:
    moments: list[datetime] = [row["completed_at"], *(report["completed_at"] for report in reports)]
    return max(moments)
