"""What a site's answer means before its body is read."""

from __future__ import annotations

from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from schema.errors import JobFault
from schema.states import ErrorCode
from services.runtime.clock import now

if TYPE_CHECKING:
    import httpx2

_FAULTS = {
    401: (ErrorCode.NOT_FOUND, "The site wants a login for this link."),
    403: (ErrorCode.NOT_FOUND, "The site does not give this file to us."),
    404: (ErrorCode.NOT_FOUND, "There is nothing at this link."),
    408: (ErrorCode.TIMEOUT, "The site took too long to answer."),
    410: (ErrorCode.NOT_FOUND, "The file behind this link was removed."),
    429: (ErrorCode.RATE_LIMIT, "The site asks us to slow down."),
    504: (ErrorCode.TIMEOUT, "The site took too long to answer."),
}


def check_status(response: httpx2.Response) -> None:
    """Raises JobFault for an answer that has no file, with the code that says whether another try is worth it."""
    status = response.status_code
    if response.is_success:
        return
    if status in _FAULTS:
        code, sentence = _FAULTS[status]
    elif response.is_server_error:
        code, sentence = ErrorCode.SERVICE_UNAVAILABLE, f"The site has a problem of its own (it answered {status})."
    else:
        code, sentence = ErrorCode.NOT_FOUND, f"The site gave no file for this link (it answered {status})."
    raise JobFault(code, sentence, retry_after_seconds(response.headers.get("retry-after")))


def retry_after_seconds(header: str | None) -> float | None:
    """Seconds from now that a `Retry-After` asks for, given as a number or a date; None where it says nothing."""
    if header is None:
        return None
    if header.isascii() and header.isdigit():
        return float(header[:9])
    try:
        return max(0.0, (parsedate_to_datetime(header) - now()).total_seconds())
    except (TypeError, ValueError):
        return None
