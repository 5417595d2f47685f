from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

#: How long a batch lives after its submit.
RETENTION = timedelta(days=30)


class BatchStatus(StrEnum):
    PENDING = "pending"
    PROCESSING = "processing"
    COMPLETED = "completed"
    FAILED = "failed"
    PARTIAL = "partial"
    CANCELLED = "cancelled"

    @property
    def over(self) -> bool:
        return self not in _BATCH_LIVES


_BATCH_LIVES = frozenset({BatchStatus.PENDING, BatchStatus.PROCESSING})


class JobStatus(StrEnum):
    PENDING = "pending"
    DOWNLOADING = "downloading"
    PROCESSING = "processing"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def over(self) -> bool:
        return self in _JOB_OVER


_JOB_OVER = frozenset({JobStatus.COMPLETED, JobStatus.FAILED, JobStatus.CANCELLED})


class Stage(StrEnum):
    """The stages of one attempt at a job, in the order in which they can come."""

    QUEUED = "queued"
    DOWNLOADING = "downloading"
    UPLOADING_TO_AI = "uploading_to_ai"
    EXTRACTING = "extracting"
    CACHING = "caching"
    DONE = "done"

    @property
    def rank(self) -> int:
        return _RANKS[self]


_RANKS = {stage: rank for rank, stage in enumerate(Stage)}


class ErrorCode(StrEnum):
    """Why a job failed or waits. The transient ones are tried again, the others end the job."""

    RATE_LIMIT = "RATE_LIMIT"
    TIMEOUT = "TIMEOUT"
    NETWORK_ERROR = "NETWORK_ERROR"
    SERVICE_UNAVAILABLE = "SERVICE_UNAVAILABLE"
    AI_OVERLOADED = "AI_OVERLOADED"
    INVALID_PDF = "INVALID_PDF"
    ENCRYPTED_PDF = "ENCRYPTED_PDF"
    TOO_LARGE = "TOO_LARGE"
    TOO_MANY_PAGES = "TOO_MANY_PAGES"
    NOT_FOUND = "NOT_FOUND"
    BLOCKED_URL = "BLOCKED_URL"
    NO_TEXT = "NO_TEXT"
    EXTRACTION_LIMIT = "EXTRACTION_LIMIT"
    UNKNOWN = "UNKNOWN"

    @property
    def transient(self) -> bool:
        return self in _TRANSIENT


_TRANSIENT = frozenset(
    {
        ErrorCode.RATE_LIMIT,
        ErrorCode.TIMEOUT,
        ErrorCode.NETWORK_ERROR,
        ErrorCode.SERVICE_UNAVAILABLE,
        ErrorCode.AI_OVERLOADED,
    }
)
