from __future__ import annotations

import time
from contextlib import ExitStack
from typing import TYPE_CHECKING, Self

import httpx2

from services.client import calls
from services.client.answers import read, refusal, unreachable
from services.client.calls import NO_WISHES
from services.client.failures import Away, TooFast
from services.client.following import NO_CONTENT, SILENCE, Following
from services.client.polling import Polling

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path
    from uuid import UUID

    from schema.admin_views import CalledView, ListedBatchesView, SetAsidesView, StatsView
    from schema.discovery import DiscoveredView
    from schema.states import BatchStatus
    from schema.views import BatchView, EventsView, OrderedView, ResultsView, ResultView, SubmittedView
    from services.client.calls import CalendarWishes, Call, View
    from services.client.following import BatchNews

TIMEOUT = httpx2.Timeout(30.0, connect=5.0)
#: A submit that meets a gateway without its broker, or loses its line, is sent again under the same key.
SUBMIT_TRIES = 5
#: Of any request that is asked to wait because too much came from this network.
TRIES = 3


class Gateway:
    """The gateway at `url`; `key` is what it may ask for.

    Raises Refused, Away, Unreachable and NoGateway, all with a sentence for people.
    """

    def __init__(self, url: str, key: str | None = None) -> None:
        self.url = url.rstrip("/")
        self._client = httpx2.Client(base_url=self.url, timeout=TIMEOUT, headers=calls.shown(key))
        self._reached = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self._client.close()

    def submit(self, swimmers: Sequence[str], sources: Sequence[Path | str]) -> SubmittedView:
        """Hand in PDFs (streamed from disk) and links, in their order, for each of the swimmers.

        Returns when the gateway has taken them all.
        """
        with ExitStack() as open_files:
            call = calls.submit(swimmers, sources, open_files)
            for _ in range(SUBMIT_TRIES - 1):
                try:
                    return self._ask(call)
                except Away as away:
                    time.sleep(away.pause_seconds)
            return self._ask(call)

    def discover(self, link: str) -> DiscoveredView:
        """The PDFs of a meet page. The gateway asks other sites, so it may take its time."""
        return self._ask(calls.discover(link))

    def batch(self, batch_id: UUID) -> BatchView:
        return self._ask(calls.batch(batch_id))

    def results(self, batch_id: UUID) -> ResultsView:
        return self._ask(calls.results(batch_id))

    def calendar(self, batch_id: UUID, wishes: CalendarWishes = NO_WISHES) -> bytes:
        """The schedule as iCalendar."""
        return self._ask(calls.calendar(batch_id, wishes))

    def shared_result(self, code: str) -> ResultView:
        return self._ask(calls.shared_result(code))

    def shared_calendar(self, code: str, wishes: CalendarWishes = NO_WISHES) -> bytes:
        """One sheet as iCalendar."""
        return self._ask(calls.shared_calendar(code, wishes))

    def cancel(self, batch_id: UUID) -> OrderedView:
        return self._ask(calls.cancel(batch_id))

    def retry(self, batch_id: UUID, job_ids: Sequence[UUID] = ()) -> OrderedView:
        """The named jobs, or all that failed."""
        return self._ask(calls.retry(batch_id, job_ids))

    def retry_job(self, batch_id: UUID, job_id: UUID) -> OrderedView:
        return self._ask(calls.retry_job(batch_id, job_id))

    def notify(self, batch_id: UUID, email: str) -> OrderedView:
        return self._ask(calls.notify(batch_id, email))

    def expire(self, batch_id: UUID) -> OrderedView:
        return self._ask(calls.expire(batch_id))

    def stats(self) -> StatsView:
        """How everything is; as what follows, for a key with the scope `admin`."""
        return self._ask(calls.stats())

    def batches(
        self, status: BatchStatus | None = None, since: datetime | None = None, after: str | None = None
    ) -> ListedBatchesView:
        """A page of all batches, newest first; the next one is after its `next_after`."""
        return self._ask(calls.batches(status, since, after))

    def set_asides(self, reason: str | None = None, after: int = 0, *, only_open: bool = False) -> SetAsidesView:
        """A page of what the projector set aside, oldest first; the next one is after its `next_after`."""
        return self._ask(calls.set_asides(reason, after, only_open=only_open))

    def run_janitor(self) -> CalledView:
        return self._ask(calls.run_janitor())

    def log(self, batch_id: UUID, after: int = 0, wait_seconds: int | None = None) -> EventsView:
        """A page of what happened; the next one is after its `next_after`.

        Where there is nothing yet it is waited for, so many seconds (up to 30), and asked again until it is `over`.
        """
        return self._ask(calls.log(batch_id, after, wait_seconds))

    def events(self, batch_id: UUID, after: int = 0) -> Iterator[BatchNews]:
        """Every event of a batch after the cursor `after`, live and each once, until the batch is over.

        A cut line is taken up again where it broke; a gateway that stays away for AWAY_SECONDS raises Away.
        """
        return self._follow(Following.of_one(batch_id, after))

    def watch(self, batch_ids: Sequence[UUID], after: Mapping[UUID, int] | None = None) -> Iterator[BatchNews]:
        """As `events`, of several batches over one line, each after its cursor; the news say of which by `batch_id`."""
        return self._follow(Following.of_several(batch_ids, after))

    def _follow(self, following: Following) -> Iterator[BatchNews]:
        while True:
            try:
                with self._client.sse(following.path, headers=following.headers, timeout=SILENCE) as stream:
                    self._reached = True
                    if stream.response.status_code == NO_CONTENT:
                        return
                    if stream.response.is_error:
                        stream.response.read()
                        raise refusal(stream.response, self.url)
                    for said in stream:
                        if (news := following.heard(said)) is not None:
                            yield news
            except (httpx2.TransportError, httpx2.InvalidURL) as gone:
                failure = unreachable(gone, self.url, reached=self._reached)
                if not isinstance(failure, Away):
                    raise failure from gone
                time.sleep(following.pause_after(failure))
            except Away as away:
                time.sleep(following.pause_after(away))

    def poll(self, batch_id: UUID, after: int = 0) -> Iterator[BatchNews]:
        """As `events`, by asking again and again: for where something on the way cuts or holds back streams."""
        polling = Polling(batch_id, after)
        while not polling.over:
            try:
                page = self._ask(polling.call)
            except Away as away:
                time.sleep(polling.pause_after(away))
                continue
            yield from polling.read(page)

    def _ask(self, call: Call[View]) -> View:
        for _ in range(TRIES - 1):
            try:
                return self._ask_once(call)
            except TooFast as held:
                time.sleep(held.pause_seconds)
        return self._ask_once(call)

    def _ask_once(self, call: Call[View]) -> View:
        try:
            answer = self._client.request(call.method, call.path, **call.rest)
        except (httpx2.TransportError, httpx2.InvalidURL) as gone:
            raise unreachable(gone, self.url, reached=self._reached) from gone
        self._reached = True
        return read(call, answer, self.url)
