from __future__ import annotations

import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeVar
from uuid import uuid4

import httpx2
import orjson
from pydantic import ValidationError

from schema.discovery import DiscoveredView
from schema.views import BatchView, OrderedView, Problem, ResultsView, SubmittedView
from services.cli.failures import Unusable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from uuid import UUID

#: A beat comes every 15 s, so a stream that is silent for longer has lost its line.
SILENCE_SECONDS = 40.0
#: How long a gateway that was there a moment ago may stay away.
AWAY_SECONDS = 30.0
PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.5, 5.0
#: Longer than the gateway takes for a page whose parts are all late.
DISCOVERY_SECONDS = 60.0
#: A submit that meets a gateway without its broker, or loses its line, is sent again under the same key.
SUBMIT_TRIES = 5
NO_CONTENT, UNAVAILABLE = 204, 503


@dataclass(frozen=True, slots=True)
class BatchNews:
    """One event of a batch's stream; `id` is the cursor to come back with."""

    id: int
    name: str
    data: dict[str, Any]


class Gateway:
    """The gateway at `url`, over HTTP. Every refusal and every failure to reach it is raised as Unusable."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        self._client = httpx2.Client(base_url=self.url, timeout=httpx2.Timeout(30.0, connect=5.0))
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
            form: list[tuple[str, Any]] = [("swimmer", (None, swimmer)) for swimmer in swimmers]
            for source in sources:
                if isinstance(source, Path):
                    form.append(("pdfs", (source.name, open_files.enter_context(source.open("rb")), "application/pdf")))
                else:
                    form.append(("urls", (None, source)))
            headers = {"Idempotency-Key": str(uuid4())}
            for _ in range(SUBMIT_TRIES - 1):
                try:
                    return _read(SubmittedView, self._ask("POST", "/api/batches", files=form, headers=headers))
                except _Away as away:
                    time.sleep(away.pause_seconds)
            return _read(SubmittedView, self._ask("POST", "/api/batches", files=form, headers=headers))

    def discover(self, link: str) -> DiscoveredView:
        """The PDFs of a meet page. The gateway asks other sites, so it may take its time."""
        asked = self._ask("POST", "/api/discover", json={"url": link}, timeout=DISCOVERY_SECONDS)
        return _read(DiscoveredView, asked)

    def batch(self, batch_id: UUID) -> BatchView:
        return _read(BatchView, self._ask("GET", f"/api/batches/{batch_id}"))

    def names(self, batch_id: UUID) -> dict[int, str]:
        """The source of each job, file name or link, by its sequence."""
        return {job.sequence: job.filename or job.source_url or "" for job in self.batch(batch_id).jobs}

    def results(self, batch_id: UUID) -> ResultsView:
        return _read(ResultsView, self._ask("GET", f"/api/batches/{batch_id}/results"))

    def calendar(self, batch_id: UUID) -> bytes:
        """The schedule as iCalendar."""
        return self._ask("GET", f"/api/batches/{batch_id}/calendar.ics").content

    def cancel(self, batch_id: UUID) -> OrderedView:
        return _read(OrderedView, self._ask("POST", f"/api/batches/{batch_id}/cancel"))

    def retry(self, batch_id: UUID, job_ids: Sequence[UUID] = ()) -> OrderedView:
        """The named jobs, or all that failed."""
        named = {"json": {"job_ids": [str(job_id) for job_id in job_ids]}} if job_ids else {}
        return _read(OrderedView, self._ask("POST", f"/api/batches/{batch_id}/retry", **named))

    def notify(self, batch_id: UUID, email: str) -> OrderedView:
        return _read(OrderedView, self._ask("POST", f"/api/batches/{batch_id}/notify", json={"email": email}))

    def expire(self, batch_id: UUID) -> OrderedView:
        return _read(OrderedView, self._ask("POST", f"/api/batches/{batch_id}/expire"))

    def events(self, batch_id: UUID, after: int = 0) -> Iterator[BatchNews]:
        """Every event of a batch after the cursor `after`, live, until the batch is over.

        A cut line is taken up again where it broke; a gateway that stays away for AWAY_SECONDS raises Unusable.
        """
        last_heard = time.monotonic()
        while True:
            try:
                for news in self._one_stream(batch_id, after):
                    after, last_heard = news.id, time.monotonic()
                    yield news
            except _Away as away:
                if time.monotonic() - last_heard > AWAY_SECONDS:
                    raise
                time.sleep(away.pause_seconds)
            except _Over:
                return

    def _one_stream(self, batch_id: UUID, after: int) -> Iterator[BatchNews]:
        """The events of one connection; it ends where the gateway ends it, and raises _Over when there are no more."""
        silence = httpx2.Timeout(SILENCE_SECONDS, connect=5.0)
        headers = {"Last-Event-ID": str(after)} if after else {}
        try:
            with self._client.sse(f"/api/batches/{batch_id}/events", headers=headers, timeout=silence) as stream:
                self._reached = True
                if stream.response.status_code == NO_CONTENT:
                    raise _Over
                if stream.response.is_error:
                    stream.response.read()
                    raise self._refusal(stream.response)
                for said in stream:
                    if said.data and said.id.isdigit():
                        yield BatchNews(int(said.id), said.event, orjson.loads(said.data))
        except httpx2.TransportError as gone:
            raise self._unreachable(gone) from gone

    def _ask(self, method: str, path: str, **rest: Any) -> httpx2.Response:  # noqa: ANN401 - what httpx2 takes
        try:
            answer = self._client.request(method, path, **rest)
        except (httpx2.TransportError, httpx2.InvalidURL) as gone:
            raise self._unreachable(gone) from gone
        self._reached = True
        if answer.is_error:
            raise self._refusal(answer)
        return answer

    def _unreachable(self, gone: Exception) -> Unusable:
        """Worth another try only where the gateway has answered before: else the address is wrong."""
        sentence = (
            f"the gateway at {self.url} cannot be reached ({gone}):"
            " start one with `make up`, or name another with --api or HEATSTREAM_API_URL"
        )
        return _Away(sentence, PAUSE_SECONDS) if self._reached else Unusable(sentence)

    def _refusal(self, answer: httpx2.Response) -> Unusable:
        try:
            problem = Problem.model_validate_json(answer.content)
        except ValidationError:
            return Unusable(f"{self.url} answered {answer.status_code} and does not look like Heatstream's gateway")
        fields = "; ".join(": ".join(error.values()) for error in problem.errors)
        sentence = f"{problem.title}: {problem.detail}" + (f" ({fields})" if fields else "")
        if answer.status_code != UNAVAILABLE:
            return Unusable(sentence)
        asked = answer.headers.get("Retry-After", "")
        return _Away(sentence, min(float(asked), LONGEST_PAUSE_SECONDS) if asked.isdigit() else PAUSE_SECONDS)


class _Away(Unusable):
    """The line broke, or a part behind the gateway is away: the same may work in a moment."""

    def __init__(self, sentence: str, pause_seconds: float) -> None:
        super().__init__(sentence)
        self.pause_seconds = pause_seconds


class _Over(Exception):
    """The batch has no more events."""


View = TypeVar("View", SubmittedView, DiscoveredView, BatchView, OrderedView, ResultsView)


def _read(view: type[View], answer: httpx2.Response) -> View:
    try:
        return view.model_validate_json(answer.content)
    except ValidationError:
        raise Unusable(f"{answer.url} gave an answer that this client does not understand") from None
