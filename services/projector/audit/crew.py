"""The whole log, looked at by several processes that all see it as it is at one moment."""

from __future__ import annotations

import gc
import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import ExitStack
from functools import cache, partial
from multiprocessing.util import Finalize
from typing import TYPE_CHECKING

from services.projector.audit.log import FIRST, LAST
from services.projector.audit.looking import fetch, looking, moment_of, reaching
from services.projector.audit.verify import Range, Report, shared, verify

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from uuid import UUID

    from services.projector.audit.looking import Looking

    #: What one process does at a time: it can be sent to another.
    Look = Callable[[Looking], Report]

#: Events of a range, about: some megabytes of memory, and a second of work at most.
EVENTS_A_RANGE = 20_000


def verify_all(url: str, *, processes: int | None = None, chain_only: bool = False) -> Iterator[tuple[Report, int]]:
    """The report of each range as it comes, and about how many events there are. Raises Transient."""
    with looking(url) as seen:
        ranges = list(_ranges(seen))
        about = len(ranges) * EVENTS_A_RANGE
        for report in _reports(url, seen, ranges, processes or os.cpu_count() or 1, chain_only=chain_only):
            yield report, about


def _reports(url: str, seen: Looking, ranges: list[Range], processes: int, *, chain_only: bool) -> Iterator[Report]:
    """The report of each range, and of what none of them shows, in any order.

    What a process costs is worth it for more than one range.
    """
    # What takes longest comes first, or a process would stand idle behind it.
    looks: list[Look] = [] if chain_only else [shared]
    looks += (partial(verify, which=which, chain_only=chain_only) for which in ranges)
    if (count := min(processes, len(ranges))) == 1:
        yield from (look(seen) for look in looks)
        return
    moment = moment_of(seen)
    children = multiprocessing.get_context("forkserver")
    children.set_forkserver_preload([__name__])  # so that what they need is imported once
    with ProcessPoolExecutor(count, children, _settle) as pool:
        work = [pool.submit(_look, url, moment, look) for look in looks]
        try:
            for report in as_completed(work):
                yield report.result()
        finally:
            pool.shutdown(cancel_futures=True)


def verify_batches(url: str, batch_ids: list[UUID]) -> Iterator[tuple[UUID, Report]]:
    """The report of each batch; of one that is nowhere it counts no batch, and no differences."""
    with looking(url) as seen:
        for batch_id in batch_ids:
            yield batch_id, verify(seen, Range.of(batch_id))


def sample(url: str, size: int) -> list[UUID]:
    """Ids of so many batches, drawn by lot."""
    with looking(url) as seen:
        return [row[0] for row in fetch(seen, "projector_audit_sample", size)]


def _ranges(seen: Looking) -> Iterator[Range]:
    """All ids, cut where about `EVENTS_A_RANGE` are passed; the last range is for what has rows and no log, too."""
    after = FIRST
    while found := fetch(seen, "projector_audit_boundary", after, EVENTS_A_RANGE):
        yield Range(after, found[0][0])
        after = found[0][0]
    yield Range(after, LAST)


def _settle() -> None:
    # Rows are many, live briefly and hold no cycles: looking for these is a tenth of the time.
    gc.disable()


def _look(url: str, moment: str, look: Look) -> Report:
    with reaching():
        return look(_seen(url, moment))


@cache
def _seen(url: str, moment: str) -> Looking:
    """A child's connection, from its first range until it ends: a new one a range is a tenth of PostgreSQL's work."""
    open_until_the_end = ExitStack()
    Finalize(None, open_until_the_end.close, exitpriority=0)  # multiprocessing's children do not run atexit's
    return open_until_the_end.enter_context(looking(url, moment=moment))
