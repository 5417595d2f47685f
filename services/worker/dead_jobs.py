from __future__ import annotations

from typing import TYPE_CHECKING

import structlog
from structlog.contextvars import bound_contextvars

from schema.commands import ProcessJob
from schema.events import JobFailed
from schema.identity import job_id
from schema.states import ErrorCode
from services.runtime.dead_letters.death import DELIVERY_LIMIT, Death
from services.worker.intake import Unreadable, read
from services.worker.origin import Origin

if TYPE_CHECKING:
    from aio_pika.abc import AbstractIncomingMessage

    from services.runtime.event_publisher import EventPublisher
    from services.worker.records import Records

log = structlog.get_logger()


class DeadJobs:
    """The handler of queue `heatstream.jobs.dead`: ends the job of a message that died, so that its batch ends too.

    What it cannot read goes on to `heatstream.jobs.unreadable`, for people. Safe to repeat at any point: what is
    recorded as over is not told again, and the fold ignores what comes twice.
    """

    def __init__(self, *, events: EventPublisher, records: Records) -> None:
        self._events, self._records = events, records

    async def __call__(self, message: AbstractIncomingMessage) -> None:
        """Return when the job is known to have failed, or not to need it. Raises Unreadable and Transient."""
        job = read(message, {ProcessJob.TYPE: ProcessJob})
        if job.job_id != job_id(job.batch_id, job.sequence):
            raise Unreadable.about("bad_fields", "job_id", "is not the id of this batch's job")
        death = Death.of(message.headers)
        with bound_contextvars(batch_id=str(job.batch_id), job_id=str(job.job_id), attempt=job.attempt):
            standing = await self._records.standing(job.batch_id, job.job_id)
            not_wanted = None if standing is None else standing.why_not(job)
            if not_wanted is not None:
                log.info("job.not_wanted", reason=not_wanted, death=death.reason)
                return
            failed = _failed(job, death)
            await self._events.publish(Origin.of(message).fact(job.batch_id, failed))
            log.warning("job.died", reason=death.reason, sentence=death.sentence, error_code=failed.error_code)


def _failed(job: ProcessJob, death: Death) -> JobFailed:
    """Whose sheet stopped its reader again and again will do so again; a mistake of ours may be mended by then."""
    if death.reason == DELIVERY_LIMIT:
        code, sentence = ErrorCode.EXTRACTION_LIMIT, "This sheet stopped the program that reads it, again and again."
    else:
        code, sentence = ErrorCode.UNKNOWN, "Something went wrong on our side with this sheet."
    return JobFailed(
        job_id=job.job_id,
        attempt=job.attempt,
        error_code=code,
        error_message=sentence,
        retriable=code is ErrorCode.UNKNOWN,
    )
