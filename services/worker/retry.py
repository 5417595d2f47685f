"""When a failed attempt is tried again. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.runtime.topology import DELAYS

if TYPE_CHECKING:
    from schema.errors import JobFault

#: The first attempt and three retries.
MOST_TRIES = 4


def delay_seconds(fault: JobFault, tries: int) -> int | None:
    """How long the job waits after try `tries` (from 1): one of `DELAYS`; None when there is no further try.

    Never less than the `Retry-After` of the other side: one that is longer than the longest queue ends the job,
    which a person may then try again.
    """
    if not fault.code.transient or tries >= MOST_TRIES:
        return None
    wanted = max(DELAYS[min(tries, len(DELAYS)) - 1], fault.retry_after or 0)
    return next((delay for delay in DELAYS if delay >= wanted), None)
