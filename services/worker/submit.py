from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from schema.admission import MAIL_OFF
from schema.commands import ProcessJob
from schema.events import BatchSubmitted, Job
from schema.identity import job_id
from services.worker.intake import Unreadable

if TYPE_CHECKING:
    from schema.commands import SubmitBatch
    from services.runtime.event_publisher import EventPublisher
    from services.worker.dispatch import Dispatch
    from services.worker.origin import Origin
    from services.worker.records import Records


class Submits:
    """Makes a batch of a `batch.submit`. Every step is safe to repeat: the same command makes the same jobs."""

    def __init__(
        self, *, events: EventPublisher, dispatch: Dispatch, records: Records, max_pdfs: int, mails: bool
    ) -> None:
        self._events, self._dispatch, self._records = events, dispatch, records
        self._max_pdfs, self._mails = max_pdfs, mails

    async def handle(self, command: SubmitBatch, origin: Origin) -> None:
        """Raises Unreadable, and nothing is begun then.

        `bad_fields` above the limit, `mail_off` for a mail where none is sent, `batch_id_taken` where it names another
        batch's work.
        """
        if len(command.sources) > self._max_pdfs:
            raise Unreadable.about("bad_fields", "sources", f"must be at most {self._max_pdfs} PDFs")
        if command.notification_email is not None and not self._mails:
            raise Unreadable.about(MAIL_OFF.reason, "notification_email", MAIL_OFF.message)
        event = submitted(command)
        recorded = await self._records.submit(command.batch_id)
        if recorded is not None and not recorded.same_as(event):
            raise Unreadable.about("batch_id_taken", "batch_id", "names a batch already; choose a new one")
        if recorded is None:
            # On disk before any job is: a batch's events follow its submit in the stream.
            await self._events.publish(origin.fact(command.batch_id, event))
        await asyncio.gather(*(self._dispatch.send(job, origin) for job in first_attempts(command, event)))


def submitted(command: SubmitBatch) -> BatchSubmitted:
    """What becomes true: ids of jobs follow from the batch and the place in it."""
    return BatchSubmitted(
        swimmer_name=command.swimmer_name,
        jobs=tuple(
            Job(job_id=job_id(command.batch_id, sequence), sequence=sequence, source=source)
            for sequence, source in enumerate(command.sources, start=1)
        ),
        client_ip=command.client_ip,
        notification_email=command.notification_email,
    )


def first_attempts(command: SubmitBatch, event: BatchSubmitted) -> list[ProcessJob]:
    return [
        ProcessJob(
            batch_id=command.batch_id,
            job_id=job.job_id,
            sequence=job.sequence,
            attempt=1,
            swimmer_name=command.swimmer_name,
            source=job.source,
        )
        for job in event.jobs
    ]
