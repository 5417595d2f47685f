from __future__ import annotations

import re
from typing import TYPE_CHECKING

import orjson
from pydantic import ValidationError
from starlette.routing import Route

from schema.admission import MAIL_OFF, Standing, refusal
from schema.commands import CancelBatch, ExpireBatch, NotifyBatch, RetryBatch
from schema.errors import Rejected
from schema.requests import NotifyRequest, RetryRequest
from schema.views import OrderedView
from services.api.answers import answer
from services.api.links import from_batch
from services.api.paths import batch_id_of, job_id_of
from services.api.problems import needing

if TYPE_CHECKING:
    from uuid import UUID

    from starlette.requests import Request
    from starlette.responses import Response

    from schema.commands import AnyCommand
    from services.api.commands import Commands
    from services.api.reads import Reads

MOST_BODY_BYTES = 16_000


class Orders:
    """What may be asked of a batch that is there: refused by the rules that the worker has, else sent to it."""

    def __init__(self, commands: Commands, reads: Reads, *, mails: bool) -> None:
        self._commands, self._reads, self._mails = commands, reads, mails

    def routes(self) -> list[Route]:
        batch = "/api/batches/{batch_id}"
        return [
            Route(f"{batch}/cancel", self.cancel, methods=["POST"]),
            Route(f"{batch}/retry", self.retry, methods=["POST"]),
            Route(f"{batch}/jobs/{{job_id}}/retry", self.retry_job, methods=["POST"]),
            Route(f"{batch}/notify", self.notify, methods=["POST"]),
            Route(f"{batch}/expire", self.expire, methods=["POST"]),
        ]

    async def cancel(self, request: Request) -> Response:
        return await self._order(request, CancelBatch(batch_id=batch_id_of(request)))

    async def retry(self, request: Request) -> Response:
        batch_id = batch_id_of(request)
        return await self._order(request, RetryBatch(batch_id=batch_id, job_ids=await _job_ids(request)))

    async def retry_job(self, request: Request) -> Response:
        return await self._order(request, RetryBatch(batch_id=batch_id_of(request), job_ids=(job_id_of(request),)))

    async def notify(self, request: Request) -> Response:
        if not self._mails:
            _, field, sentence = MAIL_OFF
            raise Rejected("mail-off", f"`{field}` {sentence}")
        named = await _members(request, "email")
        try:
            command = NotifyBatch(batch_id=batch_id_of(request), email=NotifyRequest.model_validate(named).email)
        except ValidationError:
            raise Rejected(
                "bad-email", "`email` must look like name@example.org", (("email", "is no mail address"),)
            ) from None
        return await self._order(request, command)

    async def expire(self, request: Request) -> Response:
        return await self._order(request, ExpireBatch(batch_id=batch_id_of(request)))

    async def _order(self, request: Request, command: AnyCommand) -> Response:
        """202 once the broker has the command; what became of it is told by the batch and its stream."""
        batch = await self._reads.batch(command.batch_id)
        refused = refusal(command, Standing(batch.status, {job.id: job.status for job in batch.jobs}))
        if refused is not None:
            reason, field, sentence = refused
            raise Rejected(reason.replace("_", "-"), f"`{field}` {sentence}")
        with needing("broker-unavailable"):
            await self._commands.send(
                command,
                correlation_id=request.scope["state"]["request_id"],
                traceparent=request.scope["state"]["traceparent"],
            )
        url = f"/api/batches/{command.batch_id}"
        ordered = OrderedView(batch_id=command.batch_id, command=command.TYPE, url=url, events_url=f"{url}/events")
        return answer(ordered, status=202, headers={"Location": url, **from_batch(command.batch_id)})


async def _job_ids(request: Request) -> tuple[UUID, ...] | None:
    """The jobs that a body names; None where it names none: all that failed. Raises Rejected."""
    named = await _members(request, "job_ids")
    try:
        return RetryRequest.model_validate(named).job_ids
    except ValidationError:
        raise Rejected(
            "bad-job-ids", "`job_ids` is a list of ids as the batch names them", (("job_ids", "is no list of ids"),)
        ) from None


async def _members(request: Request, known: str) -> dict[str, object]:
    """What a JSON body has under the one name that is known; nothing where there is no body. Raises Rejected."""
    whole = bytearray()
    async for chunk in request.stream():
        whole += chunk
        if len(whole) > MOST_BODY_BYTES:
            raise Rejected("body-too-large", f"the body may have {MOST_BODY_BYTES} bytes")
    if not whole:
        return {}
    try:
        document = orjson.loads(whole)
    except orjson.JSONDecodeError as wrong:
        raise Rejected("bad-json", f"the body is not JSON ({wrong})") from None
    if not isinstance(document, dict):
        raise Rejected("bad-json", f"the body must be an object with `{known}`")
    if unknown := document.keys() - {known}:
        names = ", ".join(re.sub(r"[^\x20-\x7e]", "?", name[:40]) for name in sorted(unknown))
        raise Rejected("unknown-field", f"only `{known}` is known, not {names}", ((known, "is the only field"),))
    return document
