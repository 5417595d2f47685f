"""Few jobs of one batch at a time while others wait: a job whose batch has its share lets them go first."""

from __future__ import annotations

from collections import Counter
from contextlib import asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING
from zlib import crc32

import structlog

from schema.errors import Transient
from services.runtime.again import again
from services.runtime.link import GONE
from services.runtime.queries import query
from services.runtime.topology import JOBS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from uuid import UUID

    from aio_pika.abc import AbstractIncomingMessage

    from schema.commands import ProcessJob
    from services.runtime.publisher import Publisher
    from services.worker.work_lock import Connection, WorkLock

log = structlog.get_logger()
ALL = 2**31 - 1
BROKER_SECONDS = 10.0


class Turns:
    """Says of each job that comes from the queue whether it is its turn, and claims it then.

    At most `most` jobs of a batch have their turn at a time, over all workers, while jobs of other batches wait; one
    slot less than there are, so that others get on where workers are few. Who comes too early goes to the end of the
    queue: the same message, on disk there before it is acknowledged here. A worker takes a job that it put back before
    and that comes again before any other could begin: then nobody waits who should go first. What was delivered before
    is never put back, because its deaths are counted by that.

    The claims are locks in the database, so that they can be counted. While it is away each worker counts its own.
    """

    def __init__(self, lock: WorkLock, publisher: Publisher, *, most: int, slots: int) -> None:
        self._lock, self._publisher, self._most, self._slots = lock, publisher, most, slots
        self._at_work: Counter[UUID] = Counter()
        self._put_back: set[UUID] = set()

    @asynccontextmanager
    async def of(self, job: ProcessJob, message: AbstractIncomingMessage) -> AsyncIterator[bool]:
        """True: the job is ours for the length of the block. False: it is at the end of the queue. Raises Transient."""
        share = await self._share(job, message)
        async with self._lock.taken(partial(_claim, job, share)) as claimed:
            if claimed or (claimed is None and self._at_work[job.batch_id] < share):
                self._put_back.clear()
                self._at_work[job.batch_id] += 1
                try:
                    yield True
                finally:
                    self._at_work -= Counter({job.batch_id: 1})
                return
        await self._publisher.publish("", JOBS, again(message))
        self._put_back.add(job.job_id)
        log.debug("job.let_others_first", share=share)
        yield False

    async def _share(self, job: ProcessJob, message: AbstractIncomingMessage) -> int:
        """How many jobs of a batch may be at work, this one not counted, for it to begin."""
        if message.redelivered or job.job_id in self._put_back:
            return ALL
        try:
            queue = await message.channel.queue_declare(JOBS, passive=True, timeout=BROKER_SECONDS)
        except GONE as gone:
            raise Transient(f"the message broker does not say what waits: {gone!r}") from gone
        if not queue.message_count:
            return ALL
        return max(1, min(self._most, (queue.consumer_count or 1) * self._slots - 1))


async def _claim(job: ProcessJob, share: int, connection: Connection, patience_seconds: float) -> bool:
    """False where others come first. Waits for another worker that has the same job."""
    numbers = crc32(job.batch_id.bytes) >> 1, crc32(job.job_id.bytes) >> 1
    taken = await connection.fetchval(query("worker_take_turn"), *numbers, job.batch_id, share)
    if taken is False:
        await connection.execute(query("worker_claim_job"), *numbers, timeout=patience_seconds)
    return taken is not None
