"""The states of batches and jobs. What a state means stands on the state, as a plain attribute: the fold asks often."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import Self

#: How long a batch lives after its submit.
RETENTION = timedelta(days=30)


class _Final(StrEnum):
    """Members are (text, over): `over` says that nothing more is expected to happen."""

    over: bool

    def __new__(cls, text: str, over: bool = False) -> Self:  # noqa: FBT001, FBT002 - given by the members below
        member = str.__new__(cls, text)
        member._value_ = text
        member.over = over
        return member


class BatchStatus(_Final):
    PENDING = "pending"
    PROCESSING = "processing"
    COMPLETED = "completed", True
    FAILED = "failed", True
    PARTIAL = "partial", True
    CANCELLED = "cancelled", True


class JobStatus(_Final):
    PENDING = "pending"
    DOWNLOADING = "downloading"
    PROCESSING = "processing"
    COMPLETED = "completed", True
    FAILED = "failed", True
    CANCELLED = "cancelled", True


class Stage(StrEnum):
    """The stages of one attempt at a job, by `rank` in the order in which they can come."""

    rank: int

    QUEUED = "queued"
    DOWNLOADING = "downloading"
    UPLOADING_TO_AI = "uploading_to_ai"
    EXTRACTING = "extracting"
    CACHING = "caching"
    DONE = "done"

    def __new__(cls, text: str) -> Self:
        member = str.__new__(cls, text)
        member._value_ = text
        member.rank = len(cls.__members__)
        return member


class ErrorCode(StrEnum):
    """Why a job failed or waits. The `transient` ones are tried again, the others end the job."""

    transient: bool

    RATE_LIMIT = "RATE_LIMIT", True
    TIMEOUT = "TIMEOUT", True
    NETWORK_ERROR = "NETWORK_ERROR", True
    SERVICE_UNAVAILABLE = "SERVICE_UNAVAILABLE", True
    AI_OVERLOADED = "AI_OVERLOADED", True
    INVALID_PDF = "INVALID_PDF"
    ENCRYPTED_PDF = "ENCRYPTED_PDF"
    TOO_LARGE = "TOO_LARGE"
    TOO_MANY_PAGES = "TOO_MANY_PAGES"
    NOT_FOUND = "NOT_FOUND"
    BLOCKED_URL = "BLOCKED_URL"
    NO_TEXT = "NO_TEXT"
    EXTRACTION_LIMIT = "EXTRACTION_LIMIT"
    UNKNOWN = "UNKNOWN"

    def __new__(cls, text: str, transient: bool = False) -> Self:  # noqa: FBT001, FBT002 - given by the members
        member = str.__new__(cls, text)
        member._value_ = text
        member.transient = transient
        return member
