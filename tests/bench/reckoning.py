"""What must be true of the tables when a load is worked off, and how long its jobs took by its log."""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING

from schema.states import ErrorCode

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    import asyncpg

    Connection = asyncpg.Connection[asyncpg.Record]

#: The first attempt and three retries.
MOST_TRIES = 4
#: A batch whose counters, jobs and log do not say the same, or whose log has a gap.
UNEQUAL = """
SELECT b.id FROM processing_batches b
JOIN (SELECT batch_id, count(*) FILTER (WHERE status = 'completed') AS completed,
        count(*) FILTER (WHERE status = 'failed') AS failed, count(*) AS jobs FROM batch_jobs GROUP BY 1) j
  ON j.batch_id = b.id
JOIN (SELECT batch_id, count(*) FILTER (WHERE type = 'job.completed') AS completed,
        count(*) FILTER (WHERE type = 'job.failed') AS failed, count(*) AS events, max(event_id) AS last
      FROM batch_events GROUP BY 1) e ON e.batch_id = b.id
WHERE (b.completed_pdfs, b.failed_pdfs, b.total_pdfs) <> (j.completed, j.failed, j.jobs)
  OR (b.completed_pdfs, b.failed_pdfs) <> (e.completed, e.failed)
  OR (b.last_event_id, b.last_event_id) <> (e.events, e.last)
  OR b.status <> CASE WHEN j.failed = 0 THEN 'completed' WHEN j.completed = 0 THEN 'failed' ELSE 'partial' END
"""
#: Each attempt of each job: when it began, and when it ended or was put off.
ATTEMPTS = """
SELECT data ->> 'job_id' AS job, (data ->> 'attempt')::int AS attempt,
  extract(epoch FROM min(occurred_at) FILTER (WHERE data ->> 'stage' = 'downloading'))::float8 AS began,
  extract(epoch FROM max(occurred_at) FILTER (WHERE type <> 'job.stage_entered'))::float8 AS ended
FROM batch_events WHERE type LIKE 'job.%' GROUP BY 1, 2
"""


async def right(
    connection: Connection,
    permanent: Mapping[UUID, ErrorCode],
    answers: Mapping[UUID, list[ErrorCode | None]],
    *,
    jobs: int,
) -> None:
    """Every job ended once and with the code that it must have, and all sums agree."""
    ended = await connection.fetch("SELECT id, status, error_code FROM batch_jobs")
    assert len(ended) == jobs
    wrong = []
    for job in ended:
        expected = _end(answers[job["id"]]) if job["id"] in answers else permanent.get(job["id"])
        if (job["status"], job["error_code"]) != (("completed", None) if expected is None else ("failed", expected)):
            wrong.append((dict(job), expected))
    assert wrong == []
    assert await connection.fetch(UNEQUAL) == []
    # A second end of a job would have changed nothing, and been set aside as stale.
    assert await connection.fetch("SELECT reason, sentence FROM set_aside_events") == []


def _end(answers: list[ErrorCode | None]) -> ErrorCode | None:
    """The code that a job ends with after these answers. Nothing is asked for again once it came, or cannot come."""
    *earlier, last = answers
    assert all(code is not None and code.transient for code in earlier)
    assert last is None or not last.transient or len(answers) == MOST_TRIES
    return last


async def times(connection: Connection, *, slots: int) -> dict[str, object]:
    """Seconds of a job from its first beginning to its end, delays of retries included, and of one attempt of it.

    `slots_busy` is the share of all slots' time in which an attempt was under way, while there were first attempts
    left to begin: later on there is nothing to do but to wait for delays.
    """
    attempts = await connection.fetch(ATTEMPTS)
    jobs: dict[str, list[float]] = {}
    for attempt in attempts:
        jobs.setdefault(attempt["job"], []).extend((attempt["began"], attempt["ended"]))
    first = min(attempt["began"] for attempt in attempts)
    last_first = max(attempt["began"] for attempt in attempts if attempt["attempt"] == 1)
    busy = sum(
        min(attempt["ended"], last_first) - attempt["began"] for attempt in attempts if attempt["began"] < last_first
    )
    submitted, recorded = await connection.fetchrow(
        "SELECT extract(epoch FROM min(occurred_at))::float8,"
        " extract(epoch FROM max(recorded_at - occurred_at))::float8 FROM batch_events"
    ) or (0.0, 0.0)
    return {
        "retries": len(attempts) - len(jobs),
        "job_seconds": _percentiles([max(moments) - min(moments) for moments in jobs.values()]),
        "attempt_seconds": _percentiles([attempt["ended"] - attempt["began"] for attempt in attempts]),
        "first_attempts_seconds": round(last_first - submitted, 1),
        "slots_busy": round(busy / ((last_first - first) * slots), 3),
        "most_seconds_to_record": round(recorded, 2),
    }


def _percentiles(seconds: list[float]) -> dict[str, float]:
    cuts = statistics.quantiles(seconds, n=100, method="inclusive")
    return {"p50": round(cuts[49], 3), "p99": round(cuts[98], 3), "max": round(max(seconds), 3)}
