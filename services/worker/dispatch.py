from __future__ import annotations

from typing import TYPE_CHECKING

import orjson
from aio_pika import DeliveryMode, Message

from schema.commands import VERSION_HEADER
from services.runtime.clock import new_id, now
from services.runtime.topology import JOBS, retry_queue
from services.worker.origin import SOURCE

if TYPE_CHECKING:
    from aio_pika.abc import HeadersType

    from schema.commands import ProcessJob
    from services.runtime.publisher import Publisher
    from services.worker.origin import Origin


class Dispatch:
    """Puts attempts at jobs on their queue, at once or after so many seconds, of those in `topology.DELAYS`."""

    def __init__(self, publisher: Publisher) -> None:
        self._publisher = publisher

    async def send(self, job: ProcessJob, origin: Origin, delay_seconds: int | None = None) -> None:
        """Return when the broker has the message on disk. Raises Transient; sending it again is harmless."""
        headers: HeadersType = {VERSION_HEADER: job.VERSION}
        if origin.traceparent is not None:
            headers["traceparent"] = origin.traceparent
        message = Message(
            orjson.dumps(job.model_dump(mode="json", exclude_none=True)),
            headers=headers,
            content_type="application/json",
            delivery_mode=DeliveryMode.PERSISTENT,
            type=job.TYPE,
            message_id=str(new_id()),
            correlation_id=origin.correlation_id,
            timestamp=now(),
            app_id=SOURCE,
        )
        await self._publisher.publish("", JOBS if delay_seconds is None else retry_queue(delay_seconds), message)
