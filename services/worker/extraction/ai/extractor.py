from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

from pydantic import ValidationError

from schema.errors import JobFault
from schema.extraction import Warning  # noqa: A004 - as in its home
from schema.model import Model
from schema.states import ErrorCode, Stage
from services.worker.extraction.ai import answer, pictures
from services.worker.extraction.ai.asked import FileGone
from services.worker.extraction.ai.question import question

if TYPE_CHECKING:
    from openai.types.chat import ChatCompletionContentPartParam

    from schema.extraction import ExtractionResult
    from services.worker.extraction.ai.asked import KnownFile, Question
    from services.worker.extraction.ai.endpoint import Endpoint
    from services.worker.extraction.ai.options import AiOptions
    from services.worker.extraction.sandbox import Sandbox
    from services.worker.stages import Enter


class _Pictures(Model):
    urls: tuple[str, ...]
    pages: int


class AiExtractor:
    """Asks an AI for one swimmer's swims."""

    def __init__(self, endpoint: Endpoint, sandbox: Sandbox, options: AiOptions) -> None:
        self._endpoint, self._sandbox, self._options = endpoint, sandbox, options

    async def extract(self, asked: Question, known: KnownFile, enter: Enter) -> ExtractionResult:
        """Raises JobFault and Transient."""
        if self._options.takes == "pictures":
            return await self._by_pictures(asked, enter)
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
        found = await self._answered(asked, sheet)
        if len(shown.urls) == shown.pages:
            return found
        rest = Warning(code="pages_not_read", message=f"The AI was shown {len(shown.urls)} of its {shown.pages} pages.")
        return found.model_copy(update={"warnings": (*found.warnings, rest)})


def _file(file_id: str) -> ChatCompletionContentPartParam:
    return {"type": "file", "file": {"file_id": file_id}}
