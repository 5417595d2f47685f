"""What the stream of a batch tells of its log."""

from __future__ import annotations

#: The events of the log that a stream tells, by the names that it gives them.
NAMES = {
    "batch.started": "batch_started",
    "job.stage_entered": "job_progress",
    "job.completed": "job_completed",
    "job.failed": "job_failed",
    "job.retry_scheduled": "job_retry_scheduled",
    "batch.retry_requested": "batch_retry_requested",
    "batch.completed": "batch_completed",
    "batch.cancelled": "batch_cancelled",
}
