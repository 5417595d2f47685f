from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Self

import openai

from schema.errors import JobFault
from schema.events import AiFile
from schema.states import ErrorCode
from services.runtime.clock import now
from services.worker.extraction.ai import answer
from services.worker.extraction.ai.asked import FileGone
from services.worker.extraction.ai.faults import fault_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from openai.types.chat import ChatCompletion, ChatCompletionContentPartParam

    from services.worker.extraction.ai.answer import Answer
    from services.worker.extraction.ai.options import AiOptions

_SECONDS_AN_HOUR = 3600


class Endpoint:
    """Uploads and questions, each once: retries are the job's. Everything raises JobFault. To be opened and closed."""

    def __init__(self, options: AiOptions) -> None:
        self._options = options
        self._client = openai.AsyncOpenAI(
            base_url=options.base_url,
            api_key=options.key.get_secret_value() or "none",  # an endpoint of one's own may want no key
            timeout=options.seconds,
            max_retries=0,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.close()

    async def upload(self, pdf: bytes, checksum: str) -> AiFile:
        async with self._asking():
            made = await self._client.files.create(
                file=(f"{checksum}.pdf", pdf, "application/pdf"),  # not the name that a stranger gave it
                purpose="user_data",
                expires_after={"anchor": "created_at", "seconds": self._options.file_hours * _SECONDS_AN_HOUR},
            )
        expires_at = (
            datetime.fromtimestamp(made.expires_at, UTC)
            if made.expires_at
            else now() + timedelta(hours=self._options.file_hours)
        )
        return AiFile(file_checksum=checksum, file_size_bytes=len(pdf), file_id=made.id, expires_at=expires_at)

    async def ask(
        self, question: str, sheet: list[ChatCompletionContentPartParam], *, may_be_gone: bool = False
    ) -> Answer:
        """Raises FileGone too, when the sheet is a file of an earlier upload that the endpoint has forgotten."""
        async with self._asking(may_be_gone=may_be_gone):
            completion = await self._client.chat.completions.create(
                model=self._options.model,
                temperature=0,
                messages=[{"role": "user", "content": [*sheet, {"type": "text", "text": question}]}],
                response_format={
                    "type": "json_schema",
                    "json_schema": {"name": "swims", "strict": True, "schema": answer.schema()},
                },
            )
        return _read(completion)

    @asynccontextmanager
    async def _asking(self, *, may_be_gone: bool = False) -> AsyncIterator[None]:
        """The whole of it within its time: the SDK's own clock starts anew with every byte."""
        try:
            async with asyncio.timeout(self._options.seconds):
                yield
        except (openai.NotFoundError, openai.BadRequestError) as error:
            if may_be_gone and _speaks_of_a_file(error):
                raise FileGone from None
            raise fault_of(error) from error
        except (openai.OpenAIError, TimeoutError, ValueError) as error:
            raise fault_of(error) from error


def _speaks_of_a_file(error: openai.APIStatusError) -> bool:
    return "file" in error.message.lower()


def _read(completion: ChatCompletion) -> Answer:
    if not completion.choices:
        raise JobFault(ErrorCode.SERVICE_UNAVAILABLE, "The AI gave no answer.")
    choice = completion.choices[0]
    if choice.finish_reason == "length":
        raise JobFault(ErrorCode.EXTRACTION_LIMIT, "The AI's answer is longer than it may be and was cut off.")
    if choice.message.refusal or choice.finish_reason == "content_filter":
        raise JobFault(ErrorCode.NO_TEXT, "The AI declined to read this sheet.")
    try:
        return answer.read(choice.message.content or "")
    except answer.BadAnswer as wrong:
        raise JobFault(ErrorCode.SERVICE_UNAVAILABLE, f"The AI's answer is not what was asked for: {wrong}.") from None
