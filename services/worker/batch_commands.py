from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from schema import admission
from schema.commands import ProcessJob
from schema.errors import HeatstreamError
from schema.events import BatchCancelled, BatchExpired, BatchNotificationRequested, BatchRetryRequested, RetriedJob
from schema.states import BatchStatus
from services.worker.records import Expired

if TYPE_CHECKING:
    from uuid import UUID

    from schema.commands import CancelBatch, ExpireBatch, NotifyBatch, RetryBatch
    from services.runtime.event_publisher import EventPublisher
    from services.worker.control import Control
    from services.worker.dispatch import Dispatch
    from services.worker.origin import Origin
    from services.worker.records import Recorded, Records

#: A command may overtake the recording of the submit that it follows.
PATIENCE_SECONDS = 2.0
LOOK_AGAIN_SECONDS = 0.1


class Refused(HeatstreamError):
    """The batch is not such that this may be asked of it."""

    def __init__(self, refusal: admission.Refusal) -> None:
        super().__init__(refusal.message)
        self.refusal = refusal


class BatchCommands:
    """What is asked of a batch that is there. Every step is safe to repeat, and asked twice it is done once.

    Raises Refused, and Transient while nobody can tell how the batch stands.
    """

    def __init__(
        self, *, events: EventPublisher, dispatch: Dispatch, records: Records, control: Control, mails: bool
    ) -> None:
        self._events, self._dispatch, self._records, self._control = events, dispatch, records, control
        self._mails = mails

    async def cancel(self, command: CancelBatch, origin: Origin) -> None:
        """On disk first: work that ends between the two changes nothing any more."""
        batch = await self._living(command.batch_id)
        _admit(command, batch)
        if batch.standing.status is not BatchStatus.CANCELLED:
            await self._events.publish(origin.fact(command.batch_id, BatchCancelled()))
        await self._control.announce(command.batch_id)

    async def expire(self, command: ExpireBatch, origin: Origin) -> None:
        if isinstance(await self._known(command.batch_id), Expired):
            return
        await self._events.publish(origin.fact(command.batch_id, BatchExpired()))
        await self._control.announce(command.batch_id)

    async def notify(self, command: NotifyBatch, origin: Origin) -> None:
        """The mail itself is the mailer's, as soon as the request is recorded and the batch is over."""
        batch = await self._living(command.batch_id)
        if not self._mails:
            raise Refused(admission.MAIL_OFF)
        earlier = await self._records.caused(command.batch_id, origin.causation_id, BatchNotificationRequested)
        if earlier is None and batch.email != command.email:
            event = BatchNotificationRequested(email=command.email)
            await self._events.publish(origin.fact(command.batch_id, event))

    async def retry(self, command: RetryBatch, origin: Origin) -> None:
        """Recorded before it is sent: what a job says before its retry is recorded would come too early to count.

        A crash between the two brings the command again, which finds what it led to, and sends that.
        """
        batch = await self._living(command.batch_id)
        event = await self._records.caused(command.batch_id, origin.causation_id, BatchRetryRequested)
        if event is None:
            _admit(command, batch)
            wanted = admission.retried(command, batch.standing)
            event = BatchRetryRequested(
                jobs=tuple(RetriedJob(job_id=job_id, attempt=batch.attempts[job_id] + 1) for job_id in wanted)
            )
            await self._events.publish(origin.fact(command.batch_id, event))
        for job in _attempts(command.batch_id, batch, event):
            await self._dispatch.send(job, origin)

    async def _living(self, batch_id: UUID) -> Recorded:
        batch = await self._known(batch_id)
        if isinstance(batch, Expired):
            raise Refused(admission.UNKNOWN_BATCH)
        return batch

    async def _known(self, batch_id: UUID) -> Recorded | Expired:
        clock = asyncio.get_running_loop().time
        deadline = clock() + PATIENCE_SECONDS
        while (batch := await self._records.batch(batch_id)) is None:
            if clock() > deadline:
                raise Refused(admission.UNKNOWN_BATCH)
            await asyncio.sleep(LOOK_AGAIN_SECONDS)
        return batch


def _admit(command: CancelBatch | RetryBatch, batch: Recorded) -> None:
    if (refusal := admission.refusal(command, batch.standing)) is not None:
        raise Refused(refusal)


def _attempts(batch_id: UUID, batch: Recorded, event: BatchRetryRequested) -> list[ProcessJob]:
    jobs = {job.job_id: job for job in batch.submit.jobs}
    return [
        ProcessJob(
            batch_id=batch_id,
            job_id=again.job_id,
            sequence=jobs[again.job_id].sequence,
            attempt=again.attempt,
            first_attempt=again.attempt,
            swimmer_name=batch.submit.swimmer_name,
            source=jobs[again.job_id].source,
        )
        for again in event.jobs
    ]
