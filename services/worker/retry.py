"""When a failed attempt is tried again. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.runtime.topology import DELAYS

if TYPE_CHECKING:
    from random import Random

    from schema.errors import JobFault

#: The first attempt and three retries.
MOST_TRIES = 4


def delay_seconds(fault: JobFault, tries: int, chance: Random) -> int | None:
    """How long the job waits after try `tries` (from 1): one of `DELAYS`; None when there is no further try.

    Never less than the `Retry-After` of the other side, and of two queues at least by `chance`: the first delay of
    which so many are long enough. A `Retry-After` that is longer than that ends the job, which a person may then try
    again.
    """
    if not fault.code.transient or tries >= MOST_TRIES:
        return None
    for delay in DELAYS[tries - 1 :]:
        long_enough = [seconds for seconds in delay if seconds >= (fault.retry_after or 0)]
        if len(long_enough) > 1:
            return chance.choice(long_enough)
    return None
