from __future__ import annotations

from typing import TYPE_CHECKING

import structlog
from starlette.routing import Route

from schema.errors import Rejected
from services.api import idempotency, multipart
from services.api.answers import answer, unless_known
from services.api.bodies import read_form, read_json
from services.api.links import from_batch
from services.api.meter import charge
from services.api.paths import batch_id_of
from services.api.peers import counted
from services.api.problems import Unavailable
from services.api.submission import Submission
from services.api.taken import taken, unconfirmed
from services.api.turns import Turns
from services.api.uploads import Uploads

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.requests import Request
    from starlette.responses import Response

    from services.api.commands import Commands
    from services.api.reads import Reads
    from services.api.settings import ApiSettings
    from services.runtime.blobs import Blobs

log = structlog.get_logger()


class Batches:
    """Takes batches in, and says how they are."""

    def __init__(self, settings: ApiSettings, blobs: Blobs, commands: Commands, reads: Reads) -> None:
        self._settings, self._blobs, self._commands, self._reads = settings, blobs, commands, reads
        self._turns = Turns(settings.uploads_at_once)

    def routes(self) -> list[Route]:
        return [
            Route("/api/batches", self.submit, methods=["POST"]),
            Route("/api/batches/{batch_id}", self.show),
        ]

    async def submit(self, request: Request) -> Response:
        """Take a request whole or not at all: check and store everything, then send the commands, then say 202."""
        if not self._commands.up:
            raise Unavailable("broker-unavailable")  # before a person has waited for an upload
        submission = Submission(self._settings.max_pdfs, self._settings.mails)
        address = request.scope["state"]["address"]
        async with Uploads(self._blobs, self._settings.max_pdf_bytes) as uploads:
            body, content_type = self._body(request), request.headers.get("content-type", "")
            match content_type.split(";")[0].strip().lower():
                case multipart.MEDIA_TYPE:
                    async with self._turns.turn(counted(address) if address else ""):
                        await read_form(submission, body, content_type, uploads)
                case "application/json":
                    await read_json(submission, body)
                case _:
                    raise Rejected(
                        "unsupported-media-type",
                        "send multipart/form-data with `swimmer`, `pdfs` and `urls`, or application/json with `swimmer`"
                        " and `urls`",
                    )
            key = idempotency.key(request.headers.get("idempotency-key"), submission)
            commands = submission.commands(
                lambda swimmer: idempotency.batch_id(key, swimmer, submission), str(address) if address else None
            )
            charge(request, len(commands) * len(submission.sources))
            await uploads.keep()
        missing = await self._commands.send_all(
            commands,
            correlation_id=request.scope["state"]["request_id"],
            traceparent=request.scope["state"]["traceparent"],
        )
        for command in commands:
            if command not in missing:
                log.info("batch.taken", batch_id=str(command.batch_id), sources=len(command.sources))
        if missing:
            raise unconfirmed(commands, missing, key)
        view = taken(commands)
        return answer(view, status=202, headers={"Location": view.url, **from_batch(view.batch_id)})

    async def show(self, request: Request) -> Response:
        batch_id = batch_id_of(request)
        return unless_known(request, answer(await self._reads.batch(batch_id), headers=from_batch(batch_id)))

    async def _body(self, request: Request) -> AsyncIterator[bytes]:
        """The body as it comes, as far as one may go. Raises Rejected beyond, ClientDisconnect when its sender left."""
        limit = self._settings.max_body_bytes
        too_large = Rejected(
            "body-too-large",
            f"a request may have {limit / 1_000_000:g} MB; send fewer or smaller PDFs, or links",
        )
        announced = request.headers.get("content-length", "0")
        if announced.isdigit() and int(announced) > limit:
            raise too_large
        size = 0
        async for chunk in request.stream():
            size += len(chunk)
            if size > limit:
                raise too_large
            if chunk:
                yield chunk
