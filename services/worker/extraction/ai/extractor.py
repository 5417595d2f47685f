from __future__ import annotations

import asyncio
from contextlib import nullcontext
from functools import partial
from typing import TYPE_CHECKING, Protocol

from pydantic import ValidationError

from schema.errors import JobFault
from schema.extraction import Warning  # noqa: A004 - as in its home
from schema.model import Model
from schema.states import ErrorCode, Stage
from services.worker.extraction.ai import answer, pictures
from services.worker.extraction.ai.asked import FileGone
from services.worker.extraction.ai.question import question

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from contextlib import AbstractAsyncContextManager

    from openai.types.chat import ChatCompletionContentPartParam

    from schema.extraction import ExtractionResult
    from services.worker.extraction.ai.asked import KnownFile, Question
    from services.worker.extraction.ai.endpoint import Endpoint
    from services.worker.extraction.ai.options import AiOptions
    from services.worker.extraction.sandbox import Sandbox
    from services.worker.stages import Enter


_WAITS = "Waiting for its turn at the AI"


class Turn(Protocol):
    """Lets as many call the AI at a time as may, each for the length of a block."""

    def __call__(self, waits: Callable[[], Awaitable[None]], /) -> AbstractAsyncContextManager[None]:
        """`waits` is called once, if the turn does not come at once. The block raises Transient when it is lost."""
        ...


def at_once(_waits: Callable[[], Awaitable[None]]) -> AbstractAsyncContextManager[None]:
    """No limit."""
    return nullcontext()


class _Pictures(Model):
    urls: tuple[str, ...]
    pages: int


class AiExtractor:
    """Asks an AI for one swimmer's swims, each upload and question within a turn of its own."""

    def __init__(self, endpoint: Endpoint, sandbox: Sandbox, options: AiOptions, turn: Turn = at_once) -> None:
        self._endpoint, self._sandbox, self._options, self._turn = endpoint, sandbox, options, turn

    async def extract(self, asked: Question, known: KnownFile, enter: Enter) -> ExtractionResult:
        """Raises JobFault and Transient."""
        if self._options.takes == "pictures":
            return await self._by_pictures(asked, enter)
        async with self._turn(partial(enter, Stage.EXTRACTING, _WAITS)):
            return await self._by_file(asked, known, enter)

    async def _by_file(self, asked: Question, known: KnownFile, enter: Enter) -> ExtractionResult:
        file_id = await known(asked.checksum)
        if file_id is not None:
            await enter(Stage.EXTRACTING, "An AI is reading the sheet, which it has already")
            try:
                return await self._answered(asked, [_file(file_id)], may_be_gone=True)
            except FileGone:
                pass  # it was forgotten before its time; it is given again
        await enter(Stage.UPLOADING_TO_AI, "Giving the sheet to an AI")
        file = await self._endpoint.upload(asked.pdf, asked.checksum)
        await enter(Stage.EXTRACTING, "An AI is reading the sheet", file)
        return await self._answered(asked, [_file(file.file_id)])

    async def _answered(
        self, asked: Question, sheet: list[ChatCompletionContentPartParam], *, may_be_gone: bool = False
    ) -> ExtractionResult:
        given = await self._endpoint.ask(question(asked.swimmer), sheet, may_be_gone=may_be_gone)
        return await asyncio.to_thread(answer.result, given, asked.swimmer)

    async def _by_pictures(self, asked: Question, enter: Enter) -> ExtractionResult:
        await enter(Stage.EXTRACTING, "An AI is looking at pictures of the sheet")
        drawn = await self._sandbox.run(partial(pictures.draw, pages=self._options.pages), asked.pdf)
        try:
            shown = _Pictures.model_validate_json(drawn)
        except ValidationError:  # only a child that a PDF has taken over writes such a thing
            raise JobFault(ErrorCode.EXTRACTION_LIMIT, "The pages of this PDF could not be drawn.") from None
        sheet: list[ChatCompletionContentPartParam] = [
            {"type": "image_url", "image_url": {"url": url}} for url in shown.urls
        ]
        async with self._turn(partial(enter, Stage.EXTRACTING, _WAITS)):
            found = await self._answered(asked, sheet)
        if len(shown.urls) == shown.pages:
            return found
        rest = Warning(code="pages_not_read", message=f"The AI was shown {len(shown.urls)} of its {shown.pages} pages.")
        return found.model_copy(update={"warnings": (*found.warnings, rest)})


def _file(file_id: str) -> ChatCompletionContentPartParam:
    return {"type": "file", "file": {"file_id": file_id}}
