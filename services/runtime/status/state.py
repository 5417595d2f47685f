from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from services.runtime.clock import now
from services.runtime.dead_letters.home import DEAD_LETTER_QUEUES
from services.runtime.topology import COMMANDS, EVENTS, JOBS, JOBS_DEAD

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

#: Who works on a queue that nobody may be missing from.
WORKERS = {COMMANDS: "worker", JOBS: "worker", JOBS_DEAD: "worker"}
#: A partition may be so far behind, and a batch take so long to finish.
MOST_LAG, MOST_AGE = timedelta(seconds=60), timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Queue:
    """A queue as the broker has it: `messages` that nobody has taken yet; None for one that is not there."""

    name: str
    messages: int | None
    consumers: int | None

    @property
    def problem(self) -> str | None:
        service = (
            "projector" if self.name.startswith(f"{EVENTS}.") and self.name[-1].isdigit() else WORKERS.get(self.name)
        )
        if self.messages is None:
            return f"the queue {self.name} is not there: each service makes it when it connects"
        if service is not None and not self.consumers:
            return f"nobody works on {self.name}: start a {service}"
        return None


@dataclass(frozen=True, slots=True)
class Lag:
    """How far the projector is behind in one partition.

    `messages` wait in its queue; those that a projector holds and has not written yet are not among them. `events` are
    those that the history has and neither the log nor the set-asides, `seconds` the age of the oldest of these. With
    `at_least` there are more, that were not looked at. None where nobody can tell.
    """

    partition: int
    messages: int | None
    events: int | None = None
    seconds: float | None = None
    at_least: bool = False


@dataclass(frozen=True, slots=True)
class SetAside:
    """What was set aside for one reason; `open` are those that could be retried."""

    reason: str
    rows: int
    times: int
    open: int


@dataclass(frozen=True, slots=True)
class Unfinished:
    """The oldest of so many batches that are not over."""

    batch_id: UUID
    status: str
    created_at: datetime
    batches: int


@dataclass(slots=True)
class State:
    """How a Heatstream is, as far as its servers can be reached; `broker` and `database` say why one cannot."""

    broker: str | None = None
    database: str | None = None
    queues: list[Queue] = field(default_factory=list)
    partitions: list[Lag] = field(default_factory=list)
    set_asides: list[SetAside] = field(default_factory=list)
    unfinished: Unfinished | None = None
    more_partitions: bool = False

    @property
    def dead_letters(self) -> int:
        return sum(queue.messages or 0 for queue in self.queues if queue.name in DEAD_LETTER_QUEUES)

    def problems(self, most_lag: timedelta, most_age: timedelta) -> list[str]:
        """Why it is not healthy, a sentence each; none for one that is."""
        found = [away for away in (self.broker, self.database) if away is not None]
        found += [problem for queue in self.queues if (problem := queue.problem) is not None]
        if self.more_partitions:
            found.append(
                "the message broker has more partitions than HEATSTREAM_PARTITIONS says: set it as the services"
            )
        found += [
            f"partition {lag.partition} is {lag.seconds:.0f} s behind"
            for lag in self.partitions
            if lag.seconds is not None and lag.seconds > most_lag.total_seconds()
        ]
        if self.unfinished is not None and (age := now() - self.unfinished.created_at) > most_age:
            found.append(
                f"batch {self.unfinished.batch_id} has been {self.unfinished.status} for {age.total_seconds():.0f} s"
            )
        return found
