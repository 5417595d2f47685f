"""Four kinds of failure, named for what the caller does next. Anything else is a bug."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from schema.states import ErrorCode


class HeatstreamError(Exception):
    """The root of every failure that this code raises on purpose."""


class Rejected(HeatstreamError):
    """Say no, never retry: the request itself is wrong. `slug` is the contract, the sentence is for people."""

    def __init__(self, slug: str, sentence: str, fields: tuple[tuple[str, str], ...] = ()) -> None:
        super().__init__(sentence)
        self.slug, self.sentence, self.fields = slug, sentence, fields


class Poison(HeatstreamError):
    """Set the message aside: it can never be understood. `reason` is a stable slug."""

    def __init__(self, reason: str, sentence: str) -> None:
        super().__init__(sentence)
        self.reason, self.sentence = reason, sentence


class Transient(HeatstreamError):
    """Wait and try again: a part that this work needs is away or busy."""


class JobFault(HeatstreamError):
    """One attempt at a job went wrong for the reason `code`, which knows whether it is worth another try."""

    def __init__(self, code: ErrorCode, sentence: str, retry_after: float | None = None) -> None:
        super().__init__(sentence)
        self.code, self.sentence, self.retry_after = code, sentence, retry_after
