"""When a failed attempt is tried again. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.runtime.topology import DELAYS

if TYPE_CHECKING:
    from schema.errors import JobFault

#: The first attempt and three retries.
MOST_ATTEMPTS = 4


def delay_seconds(fault: JobFault, attempt: int) -> int | None:
    """How long attempt `attempt` (from 1) + 1 waits: one of `DELAYS`; None when there is no further attempt.

    Never less than the `Retry-After` of the other side: one that is longer than the longest queue ends the job,
    which a person may then try again.
    """
    if not fault.code.transient or attempt >= MOST_ATTEMPTS:
        return None
    wanted = max(DELAYS[min(attempt, len(DELAYS)) - 1], fault.retry_after or 0)
    return next((delay for delay in DELAYS if delay >= wanted), None)
