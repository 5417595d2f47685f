"""What is asked of the gateway, for a client of either kind to send. No I/O."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar
from uuid import uuid4

from schema.admin_views import CalledView, ListedBatchesView, SetAsidesView, StatsView
from schema.discovery import DiscoveredView
from schema.requests import DiscoverRequest, NotifyRequest, RetryRequest
from schema.views import BatchView, EventsView, OrderedView, ResultsView, ResultView, SubmittedView

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import ExitStack
    from datetime import datetime
    from uuid import UUID

    from pydantic import BaseModel

    from schema.states import BatchStatus

#: Longer than the gateway takes for a page whose parts are all late.
DISCOVERY_SECONDS = 60.0
#: For what comes behind the wait that was asked for.
ANSWER_SECONDS = 30.0
#: Longer than the gateway looks at the broker.
STATS_SECONDS = 30.0

View = TypeVar(
    "View",
    SubmittedView,
    DiscoveredView,
    BatchView,
    EventsView,
    OrderedView,
    ResultsView,
    ResultView,
    StatsView,
    ListedBatchesView,
    SetAsidesView,
    CalledView,
    bytes,
)


@dataclass(frozen=True, slots=True)
class Call(Generic[View]):
    """One request and what its answer is read as; `rest` are the arguments of httpx2's `request`."""

    view: type[View]
    method: str
    path: str
    rest: dict[str, Any] = field(default_factory=dict)


def shown(key: str | None) -> dict[str, str]:
    """The headers that show a key."""
    return {} if key is None else {"Authorization": f"Bearer {key}"}


@dataclass(frozen=True, slots=True)
class CalendarWishes:
    """An alarm 5, 10 or 15 minutes before each swim; times of a zone, by its IANA name; no swims of these ids."""

    alarm_minutes: int | None = None
    zone: str | None = None
    without: tuple[str, ...] = ()

    def params(self) -> dict[str, str | int]:
        asked = {"alarm": self.alarm_minutes, "tz": self.zone, "without": ",".join(self.without)}
        return {name: value for name, value in asked.items() if value}


NO_WISHES = CalendarWishes()


def submit(swimmers: Sequence[str], sources: Sequence[Path | str], open_files: ExitStack) -> Call[SubmittedView]:
    """PDFs are streamed from disk, and closed with `open_files`. Sent again, the call makes no second batch."""
    form: list[tuple[str, Any]] = [("swimmer", (None, swimmer)) for swimmer in swimmers]
    for source in sources:
        if isinstance(source, Path):
            form.append(("pdfs", (source.name, open_files.enter_context(source.open("rb")), "application/pdf")))
        else:
            form.append(("urls", (None, source)))
    headers = {"Idempotency-Key": str(uuid4())}
    return Call(SubmittedView, "POST", "/api/batches", {"files": form, "headers": headers})


def discover(link: str) -> Call[DiscoveredView]:
    asked = DiscoverRequest.model_construct(url=link)  # the gateway says better what is wrong with a link
    return Call(DiscoveredView, "POST", "/api/discover", {**_json(asked), "timeout": DISCOVERY_SECONDS})


def batch(batch_id: UUID) -> Call[BatchView]:
    return Call(BatchView, "GET", f"/api/batches/{batch_id}")


def log(batch_id: UUID, after: int, wait_seconds: int | None) -> Call[EventsView]:
    rest: dict[str, Any] = {"params": {"after": after}}
    if wait_seconds is not None:
        rest = {"params": {"after": after, "wait": wait_seconds}, "timeout": wait_seconds + ANSWER_SECONDS}
    return Call(EventsView, "GET", f"/api/batches/{batch_id}/events", rest)


def results(batch_id: UUID) -> Call[ResultsView]:
    return Call(ResultsView, "GET", f"/api/batches/{batch_id}/results")


def calendar(batch_id: UUID, wishes: CalendarWishes) -> Call[bytes]:
    return Call(bytes, "GET", f"/api/batches/{batch_id}/calendar.ics", {"params": wishes.params()})


def shared_result(code: str) -> Call[ResultView]:
    return Call(ResultView, "GET", f"/result/{code}")


def shared_calendar(code: str, wishes: CalendarWishes) -> Call[bytes]:
    return Call(bytes, "GET", f"/result/{code}.ics", {"params": wishes.params()})


def cancel(batch_id: UUID) -> Call[OrderedView]:
    return Call(OrderedView, "POST", f"/api/batches/{batch_id}/cancel")


def retry(batch_id: UUID, job_ids: Sequence[UUID]) -> Call[OrderedView]:
    body = _json(RetryRequest(job_ids=tuple(job_ids))) if job_ids else {}
    return Call(OrderedView, "POST", f"/api/batches/{batch_id}/retry", body)


def retry_job(batch_id: UUID, job_id: UUID) -> Call[OrderedView]:
    return Call(OrderedView, "POST", f"/api/batches/{batch_id}/jobs/{job_id}/retry")


def notify(batch_id: UUID, email: str) -> Call[OrderedView]:
    asked = NotifyRequest.model_construct(email=email)  # as for a link
    return Call(OrderedView, "POST", f"/api/batches/{batch_id}/notify", _json(asked))


def expire(batch_id: UUID) -> Call[OrderedView]:
    return Call(OrderedView, "POST", f"/api/batches/{batch_id}/expire")


def stats() -> Call[StatsView]:
    return Call(StatsView, "GET", "/api/admin/stats", {"timeout": STATS_SECONDS})


def batches(status: BatchStatus | None, since: datetime | None, after: str | None) -> Call[ListedBatchesView]:
    named = {"status": status, "since": since and since.isoformat(), "after": after}
    return Call(ListedBatchesView, "GET", "/api/admin/batches", _query(named))


def set_asides(reason: str | None, after: int, *, only_open: bool) -> Call[SetAsidesView]:
    named = {"reason": reason, "after": after, "open": "true" if only_open else None}
    return Call(SetAsidesView, "GET", "/api/admin/set-asides", _query(named))


def run_janitor() -> Call[CalledView]:
    return Call(CalledView, "POST", "/api/admin/janitor")


def _query(named: dict[str, Any]) -> dict[str, Any]:
    return {"params": {name: value for name, value in named.items() if value is not None}}


def _json(asked: BaseModel) -> dict[str, Any]:
    return {"json": asked.model_dump(mode="json")}
