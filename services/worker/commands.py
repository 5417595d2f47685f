from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

import structlog
from aio_pika import Message
from structlog.contextvars import bound_contextvars

from schema.answers import Accepted, FieldError, Rejected
from schema.commands import COMMANDS, CancelBatch, ExpireBatch, NotifyBatch, RetryBatch, SubmitBatch
from schema.errors import Transient
from services.worker.batch_commands import Refused
from services.worker.intake import Unreadable, read
from services.worker.origin import SOURCE, Origin

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aio_pika.abc import AbstractIncomingMessage

    from services.runtime.publisher import Publisher
    from services.worker.batch_commands import BatchCommands
    from services.worker.submit import Submits

log = structlog.get_logger()
#: A handler takes the command and where it comes from. It may raise Unreadable or Refused, and is safe to repeat.
Handler = Callable[[Any, Origin], Awaitable[None]]


def handlers(submits: Submits, batches: BatchCommands) -> Mapping[str, Handler]:
    """Who does what: a line a command."""
    return {
        SubmitBatch.TYPE: submits.handle,
        CancelBatch.TYPE: batches.cancel,
        RetryBatch.TYPE: batches.retry,
        NotifyBatch.TYPE: batches.notify,
        ExpireBatch.TYPE: batches.expire,
    }


class Commands:
    """The handler of queue `heatstream.commands`.

    The AMQP property `type` names the command, header `x-version` the version of its JSON body (1 where absent). Who
    sets `reply_to` is answered with one of `schema.answers`, with the request's `correlation_id`, or its `message_id`
    where it has none.
    """

    def __init__(self, table: Mapping[str, Handler], publisher: Publisher) -> None:
        self._table, self._publisher = table, publisher

    async def __call__(self, message: AbstractIncomingMessage) -> None:
        """Return when the command took effect or was refused, and was answered.

        Raises Unreadable and what a bug raises after the answer, and Transient.
        """
        try:
            command = read(message, COMMANDS)
            with bound_contextvars(batch_id=str(command.batch_id)):
                await self._table[command.TYPE](command, Origin.of(message))
                log.info("command.accepted", type=command.TYPE)
        except Unreadable as refused:
            await self._answer(message, Rejected(reason=refused.reason, errors=refused.errors))
            raise
        except Refused as refused:
            reason, field, sentence = refused.refusal
            log.info("command.refused", type=message.type, reason=reason)
            await self._answer(message, Rejected(reason=reason, errors=(FieldError(field=field, message=sentence),)))
            return
        except Transient:
            raise
        except Exception:
            fault = FieldError(field="body", message="could not be worked on here; the fault is ours, and is looked at")
            await self._answer(message, Rejected(reason="fault", errors=(fault,)))
            raise
        await self._answer(message, Accepted(batch_id=command.batch_id))

    async def _answer(self, message: AbstractIncomingMessage, answer: Accepted | Rejected) -> None:
        """An answer that nobody waits for any more is no reason to do the work again."""
        if not message.reply_to or message.reply_to.startswith("heatstream."):  # our own queues are not for answers
            return
        reply = Message(
            answer.model_dump_json().encode(),
            content_type="application/json",
            correlation_id=message.correlation_id or message.message_id,
            app_id=SOURCE,
        )
        try:
            await self._publisher.publish("", message.reply_to, reply)
        except Transient as lost:
            log.warning("command.answer_lost", error=str(lost))
