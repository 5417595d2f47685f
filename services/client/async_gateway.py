from __future__ import annotations

import asyncio
from contextlib import ExitStack
from typing import TYPE_CHECKING, Self

import httpx2

from services.client import calls
from services.client.answers import read, refusal, unreachable
from services.client.calls import NO_WISHES
from services.client.failures import Away, TooFast
from services.client.following import NO_CONTENT, SILENCE, Following
from services.client.gateway import SUBMIT_TRIES, TIMEOUT, TRIES
from services.client.polling import Polling

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path
    from uuid import UUID

    from schema.admin_views import CalledView, ListedBatchesView, SetAsidesView, StatsView
    from schema.discovery import DiscoveredView
    from schema.states import BatchStatus
    from schema.views import BatchView, EventsView, OrderedView, ResultsView, ResultView, SubmittedView
    from services.client.calls import CalendarWishes, Call, View
    from services.client.following import BatchNews


class AsyncGateway:
    """As `Gateway`, for asyncio."""

    def __init__(self, url: str, key: str | None = None) -> None:
        self.url = url.rstrip("/")
        self._client = httpx2.AsyncClient(base_url=self.url, timeout=TIMEOUT, headers=calls.shown(key))
        self._reached = False

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self._client.aclose()

    async def submit(self, swimmers: Sequence[str], sources: Sequence[Path | str]) -> SubmittedView:
        """Hand in PDFs (streamed from disk) and links, in their order, for each of the swimmers.

        Returns when the gateway has taken them all.
        """
        with ExitStack() as open_files:
            call = calls.submit(swimmers, sources, open_files)
            for _ in range(SUBMIT_TRIES - 1):
                try:
                    return await self._ask(call)
                except Away as away:
                    await asyncio.sleep(away.pause_seconds)
            return await self._ask(call)

    async def discover(self, link: str) -> DiscoveredView:
        """The PDFs of a meet page. The gateway asks other sites, so it may take its time."""
        return await self._ask(calls.discover(link))

    async def batch(self, batch_id: UUID) -> BatchView:
        return await self._ask(calls.batch(batch_id))

    async def results(self, batch_id: UUID) -> ResultsView:
        return await self._ask(calls.results(batch_id))

    async def calendar(self, batch_id: UUID, wishes: CalendarWishes = NO_WISHES) -> bytes:
        """The schedule as iCalendar."""
        return await self._ask(calls.calendar(batch_id, wishes))

    async def shared_result(self, code: str) -> ResultView:
        return await self._ask(calls.shared_result(code))

    async def shared_calendar(self, code: str, wishes: CalendarWishes = NO_WISHES) -> bytes:
        """One sheet as iCalendar."""
        return await self._ask(calls.shared_calendar(code, wishes))

    async def cancel(self, batch_id: UUID) -> OrderedView:
        return await self._ask(calls.cancel(batch_id))

    async def retry(self, batch_id: UUID, job_ids: Sequence[UUID] = ()) -> OrderedView:
        """The named jobs, or all that failed."""
        return await self._ask(calls.retry(batch_id, job_ids))

    async def retry_job(self, batch_id: UUID, job_id: UUID) -> OrderedView:
        return await self._ask(calls.retry_job(batch_id, job_id))

    async def notify(self, batch_id: UUID, email: str) -> OrderedView:
        return await self._ask(calls.notify(batch_id, email))

    async def expire(self, batch_id: UUID) -> OrderedView:
        return await self._ask(calls.expire(batch_id))

    async def stats(self) -> StatsView:
        """How everything is; as what follows, for a key with the scope `admin`."""
        return await self._ask(calls.stats())

    async def batches(
        self, status: BatchStatus | None = None, since: datetime | None = None, after: str | None = None
    ) -> ListedBatchesView:
        """A page of all batches, newest first; the next one is after its `next_after`."""
        return await self._ask(calls.batches(status, since, after))

    async def set_asides(self, reason: str | None = None, after: int = 0, *, only_open: bool = False) -> SetAsidesView:
        """A page of what the projector set aside, oldest first; the next one is after its `next_after`."""
        return await self._ask(calls.set_asides(reason, after, only_open=only_open))

    async def run_janitor(self) -> CalledView:
        return await self._ask(calls.run_janitor())

    async def log(self, batch_id: UUID, after: int = 0, wait_seconds: int | None = None) -> EventsView:
        """A page of what happened; the next one is after its `next_after`.

        Where there is nothing yet it is waited for, so many seconds (up to 30), and asked again until it is `over`.
        """
        return await self._ask(calls.log(batch_id, after, wait_seconds))

    def events(self, batch_id: UUID, after: int = 0) -> AsyncIterator[BatchNews]:
        """Every event of a batch after the cursor `after`, live and each once, until the batch is over.

        A cut line is taken up again where it broke; a gateway that stays away for AWAY_SECONDS raises Away.
        """
        return self._follow(Following.of_one(batch_id, after))

    def watch(self, batch_ids: Sequence[UUID], after: Mapping[UUID, int] | None = None) -> AsyncIterator[BatchNews]:
        """As `events`, of several batches over one line, each after its cursor; the news say of which by `batch_id`."""
        return self._follow(Following.of_several(batch_ids, after))

    async def _follow(self, following: Following) -> AsyncIterator[BatchNews]:
        while True:
            try:
                async with self._client.sse(following.path, headers=following.headers, timeout=SILENCE) as stream:
                    self._reached = True
                    if stream.response.status_code == NO_CONTENT:
                        return
                    if stream.response.is_error:
                        await stream.response.aread()
                        raise refusal(stream.response, self.url)
                    async for said in stream:
                        if (news := following.heard(said)) is not None:
                            yield news
            except (httpx2.TransportError, httpx2.InvalidURL) as gone:
                failure = unreachable(gone, self.url, reached=self._reached)
                if not isinstance(failure, Away):
                    raise failure from gone
                await asyncio.sleep(following.pause_after(failure))
            except Away as away:
                await asyncio.sleep(following.pause_after(away))

    async def poll(self, batch_id: UUID, after: int = 0) -> AsyncIterator[BatchNews]:
        """As `events`, by asking again and again: for where something on the way cuts or holds back streams."""
        polling = Polling(batch_id, after)
        while not polling.over:
            try:
                page = await self._ask(polling.call)
            except Away as away:
                await asyncio.sleep(polling.pause_after(away))
                continue
            for news in polling.read(page):
                yield news

    async def _ask(self, call: Call[View]) -> View:
        for _ in range(TRIES - 1):
            try:
                return await self._ask_once(call)
            except TooFast as held:
                await asyncio.sleep(held.pause_seconds)
        return await self._ask_once(call)

    async def _ask_once(self, call: Call[View]) -> View:
        try:
            answer = await self._client.request(call.method, call.path, **call.rest)
        except (httpx2.TransportError, httpx2.InvalidURL) as gone:
            raise unreachable(gone, self.url, reached=self._reached) from gone
        self._reached = True
        return read(call, answer, self.url)
