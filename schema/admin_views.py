"""What the gateway tells whoever runs it. No names of swimmers, files or links: ids are enough to look further."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from schema.model import Model
from schema.states import BatchStatus


class Tally(Model):
    """So many, and so many of these that came within the last 24 hours."""

    total: int
    last_day: int


class QueueView(Model):
    """A queue: `messages` that nobody has taken yet; null where it is not there."""

    name: str
    messages: int | None
    consumers: int | None


class LagView(Model):
    """How far the projector is behind in a partition; null where nobody can tell. With `at_least` there are more."""

    partition: int
    messages: int | None
    events: int | None
    seconds: float | None
    at_least: bool


class SetAsideTally(Model):
    """What was set aside for one reason; `open` are those that could be retried."""

    reason: str
    rows: int
    times: int
    open: int


class UnfinishedView(Model):
    """The oldest of so many batches that are not over."""

    batch_id: UUID
    status: BatchStatus
    created_at: datetime
    batches: int


class StatsView(Model):
    """How everything is, as `heatstream status` says it, and what there is; `problems` say why it is not healthy.

    `batches` and `jobs` are by status, `failures` the jobs that failed within the last 24 hours, by error code. What
    the database would tell is empty while it is away.
    """

    healthy: bool
    problems: tuple[str, ...]
    broker: bool
    database: bool
    queues: tuple[QueueView, ...]
    partitions: tuple[LagView, ...]
    set_asides: tuple[SetAsideTally, ...]
    unfinished: UnfinishedView | None
    dead_letters: int
    batches: dict[str, Tally]
    jobs: dict[str, Tally]
    failures: dict[str, int]


class ListedBatchView(Model):
    """A batch without whose it is; its id is the right to read it."""

    id: UUID
    status: BatchStatus
    created_at: datetime
    started_at: datetime | None
    completed_at: datetime | None
    expires_at: datetime
    total_pdfs: int
    completed_pdfs: int
    failed_pdfs: int
    last_event_id: int


class ListedBatchesView(Model):
    """Newest first; the next page is after `next_after`, null after the last one."""

    batches: tuple[ListedBatchView, ...]
    next_after: str | None


class SetAsideView(Model):
    """What was set aside, without its bytes, which may say a child's name; null for `bytes` that are erased.

    It is `open` until it was retried, and again once it was set aside since.
    """

    id: int
    reason: str
    queue: str
    batch_id: UUID | None
    message_id: UUID | None
    times: int
    retried_times: int
    retried_at: datetime | None
    recorded_at: datetime
    bytes: int | None
    open: bool


class SetAsidesView(Model):
    """Oldest first; the next page is after `next_after`, null after the last one."""

    set_asides: tuple[SetAsideView, ...]
    next_after: int | None


class CalledView(Model):
    """A worker was called to do something now."""

    command: str
