from __future__ import annotations

import asyncio
import random
from itertools import count
from typing import TYPE_CHECKING

import structlog
from structlog.contextvars import bound_contextvars

from schema.commands import ProcessJob
from schema.errors import JobFault, Transient
from schema.events import JobFailed, JobRetryScheduled, JobStageEntered
from schema.identity import job_id
from schema.states import ErrorCode, Stage
from services.worker.intake import Unreadable, read
from services.worker.origin import Origin
from services.worker.retry import delay_seconds
from services.worker.running import Stopped

if TYPE_CHECKING:
    from aio_pika.abc import AbstractIncomingMessage

    from schema.events import AiFile, BatchEvent
    from services.runtime.event_publisher import EventPublisher
    from services.worker.dispatch import Dispatch
    from services.worker.pipeline import Pipeline
    from services.worker.records import Records
    from services.worker.running import Running
    from services.worker.stages import Enter
    from services.worker.turns import Turns

log = structlog.get_logger()
#: A sheet whose attempt began so often, and ended with its worker each time, is not tried again.
MOST_DEATHS = 3
#: What a worker said last before it died is recorded by then.
RECOVERY_SECONDS = 1.0
GIVE_BACK_SECONDS = 2.0
_CHANCE = random.Random()  # noqa: S311 - jitter
_KILLER = JobFault(ErrorCode.EXTRACTION_LIMIT, "Reading this sheet ended the program that reads it, three times.")


class Jobs:
    """The handler of queue `heatstream.jobs`: one attempt at one PDF, told in events, each on disk before the next.

    Safe to repeat at any point: what is recorded as over is not worked on, and the fold ignores what comes twice.
    """

    def __init__(  # noqa: PLR0913 - the parts that an attempt needs, by name
        self,
        *,
        events: EventPublisher,
        dispatch: Dispatch,
        records: Records,
        pipeline: Pipeline,
        running: Running,
        turns: Turns,
    ) -> None:
        self._events, self._dispatch, self._records, self._pipeline = events, dispatch, records, pipeline
        self._running, self._turns = running, turns

    async def __call__(self, message: AbstractIncomingMessage) -> None:
        """Return when the attempt is over and known to be, or put behind others. Raises Unreadable and Transient."""
        job = read(message, {ProcessJob.TYPE: ProcessJob})
        if job.job_id != job_id(job.batch_id, job.sequence):
            raise Unreadable.about("bad_fields", "job_id", "is not the id of this batch's job")
        with bound_contextvars(batch_id=str(job.batch_id), job_id=str(job.job_id), attempt=job.attempt):
            try:
                async with self._running.job(job.batch_id), self._turns.of(job, message) as has_come:
                    if has_come:
                        await self._work_on(job, message)
            except Stopped:
                log.info("job.stopped")  # what it would have said changes nothing any more

    async def _work_on(self, job: ProcessJob, message: AbstractIncomingMessage) -> None:
        """Where it is wanted still, and has not ended too many workers."""
        if message.redelivered:
            await asyncio.sleep(RECOVERY_SECONDS)
        standing = await self._records.standing(job.batch_id, job.job_id)
        reason = None if standing is None else standing.why_not(job)
        if reason is not None:
            log.info("job.not_wanted", reason=reason)
            return
        if message.redelivered and await self._records.deaths(job) >= MOST_DEATHS:
            await self._events.publish(Origin.of(message).fact(job.batch_id, _failed(job, _KILLER)))
            log.warning("job.kills_its_worker")
            return
        step = standing.step if standing is not None and standing.attempt == job.attempt else 0
        await self._attempt(job, Origin.of(message), step)

    async def _attempt(self, job: ProcessJob, origin: Origin, step: int) -> None:
        """Steps go on behind those of a worker that did not come to an end with this attempt."""

        async def tell(event: BatchEvent) -> None:
            await self._events.publish(origin.fact(job.batch_id, event))

        steps = count(step + 1)

        async def enter(stage: Stage, sentence: str, ai_file: AiFile | None = None) -> None:
            number = next(steps)
            if number > step + 1 and await self._records.is_stopped(job.batch_id):  # the first follows a look at it
                raise Stopped
            await tell(
                JobStageEntered(
                    job_id=job.job_id,
                    attempt=job.attempt,
                    stage=stage,
                    message=sentence,
                    step=number,
                    ai_file=ai_file,
                )
            )

        try:
            completed = await self._pipeline.run(job, enter)
        except JobFault as fault:
            await tell(await self._after(job, origin, fault))
        except asyncio.CancelledError:
            if not self._running.has_stopped(job.batch_id):
                await self._give_back(enter)
            raise
        except (Transient, Stopped):
            raise
        except Exception:
            log.exception("job.crashed")
            await tell(_failed(job, JobFault(ErrorCode.UNKNOWN, "Something went wrong on our side with this sheet.")))
        else:
            await tell(completed)
            log.info("job.completed", cached=completed.cached, swims=len(completed.extraction.events))

    async def _give_back(self, enter: Enter) -> None:
        """Say that this worker stops in good order, so that its end does not count against the sheet."""
        try:
            async with asyncio.timeout(GIVE_BACK_SECONDS):
                await enter(Stage.QUEUED, "Waiting for another worker: the one that had it is stopping")
        except (Transient, TimeoutError, Stopped) as away:
            log.warning("job.given_back_unsaid", error=repr(away))

    async def _after(self, job: ProcessJob, origin: Origin, fault: JobFault) -> JobRetryScheduled | JobFailed:
        """What a failed attempt leads to.

        The next attempt is on its queue before the event says so: once the event is recorded, this message is not
        wanted any more, and a crash between the two would otherwise leave nobody to go on.
        """
        delay = delay_seconds(fault, job.tries, _CHANCE)
        if delay is None:
            log.info("job.failed", error_code=fault.code, sentence=fault.sentence)
            return _failed(job, fault)
        log.info("job.retry_scheduled", error_code=fault.code, delay_seconds=delay)
        await self._dispatch.send(job.model_copy(update={"attempt": job.attempt + 1}), origin, delay)
        return JobRetryScheduled(
            job_id=job.job_id,
            attempt=job.attempt,
            error_code=fault.code,
            error_message=fault.sentence,
            delay_seconds=delay,
        )


def _failed(job: ProcessJob, fault: JobFault) -> JobFailed:
    return JobFailed(
        job_id=job.job_id,
        attempt=job.attempt,
        error_code=fault.code,
        error_message=fault.sentence,
        retriable=fault.code.transient,
    )
