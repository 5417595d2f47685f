"""What goes wrong with an AI, as a job hears it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import openai
import structlog

from schema.errors import JobFault
from schema.states import ErrorCode
from services.runtime.web.answers import retry_after_seconds

if TYPE_CHECKING:
    from collections.abc import Mapping

log = structlog.get_logger()
_STATUS = {
    401: (ErrorCode.UNKNOWN, "The AI does not accept our key (HEATSTREAM_AI_KEY)."),
    403: (ErrorCode.UNKNOWN, "The AI does not let our key do this (HEATSTREAM_AI_KEY)."),
    404: (ErrorCode.UNKNOWN, "The AI does not know our model (HEATSTREAM_AI_MODEL), or its address is wrong."),
    408: (ErrorCode.TIMEOUT, "The AI took too long to answer."),
    413: (ErrorCode.TOO_LARGE, "This PDF is larger than the AI takes."),
    429: (ErrorCode.RATE_LIMIT, "The AI asks us to slow down."),
    503: (ErrorCode.AI_OVERLOADED, "The AI is overloaded."),
    504: (ErrorCode.TIMEOUT, "The AI took too long to answer."),
    529: (ErrorCode.AI_OVERLOADED, "The AI is overloaded."),
}
_SERVER_ERROR = 500


def fault_of(error: openai.OpenAIError | TimeoutError | ValueError) -> JobFault:
    """What an exception of the SDK means; a ValueError is a body that cannot be read."""
    log.info("ai.failed", error=type(error).__name__, code=getattr(error, "code", None))
    match error:
        case openai.APITimeoutError() | TimeoutError():
            return JobFault(ErrorCode.TIMEOUT, "The AI took too long to answer.")
        case openai.APIConnectionError():
            return JobFault(ErrorCode.NETWORK_ERROR, "The connection to the AI failed.")
        case openai.APIStatusError(status_code=status):
            return JobFault(*_meaning(status), _retry_after(error.response.headers))
        case _:
            return JobFault(ErrorCode.SERVICE_UNAVAILABLE, "The AI gave an answer that cannot be read.")


def _meaning(status: int) -> tuple[ErrorCode, str]:
    if status in _STATUS:
        return _STATUS[status]
    if status >= _SERVER_ERROR:
        return ErrorCode.SERVICE_UNAVAILABLE, f"The AI has a problem of its own (it answered {status})."
    return ErrorCode.UNKNOWN, f"The AI did not take our question (it answered {status})."


def _retry_after(headers: Mapping[str, str]) -> float | None:
    milliseconds = headers.get("retry-after-ms", "")
    if milliseconds.isascii() and milliseconds.isdigit():
        return float(milliseconds[:12]) / 1000
    return retry_after_seconds(headers.get("retry-after"))
