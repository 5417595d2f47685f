"""What stands in addresses and headers: read strictly, refused by name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from uuid import UUID

from schema.errors import Rejected
from schema.requests import ALARMS
from services.api.calendar.zones import zone_named

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from starlette.requests import Request

#: PostgreSQL's INTEGER, as event ids are.
LARGEST = 2**31 - 1
#: A swim by its `id`.
SWIM = r"[0-9a-z]{12}"
_UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)


def batch_id_of(request: Request) -> UUID:
    text = request.path_params["batch_id"]
    if not _UUID.fullmatch(text):
        raise Rejected("bad-batch-id", "a batch id is a UUID, as the answer to a submit names it")
    return UUID(text)


def job_id_of(request: Request) -> UUID:
    text = request.path_params["job_id"]
    if not _UUID.fullmatch(text):
        raise Rejected("bad-job-ids", "a job id is a UUID, as the batch names it", (("job_id", "is no id"),))
    return UUID(text)


def code_of(request: Request) -> str:
    """The code of a share link; what cannot be one is not looked for."""
    code: str = request.path_params["code"]
    if not re.fullmatch(r"[0-9a-z]{12}", code):
        raise Rejected("not-found", "a code has twelve digits and small letters; copy the whole link")
    return code


def swims_of(request: Request) -> frozenset[str]:
    """The swims that a calendar leaves out, by their ids with commas between."""
    text = request.query_params.get("without", "")
    if not re.fullmatch(rf"(?:{SWIM}(?:,{SWIM})*)?", text):
        raise Rejected("bad-swims", "`without` names swims by their `id` in the results, with commas between")
    return frozenset(text.split(",")) - {""}


def alarm_of(request: Request) -> int | None:
    """Minutes before each swim; None for no alarm."""
    text = request.query_params.get("alarm", "")
    if text and text not in map(str, ALARMS):
        raise Rejected("bad-alarm", "`alarm` is 5, 10 or 15, minutes before each swim; leave it out for none")
    return int(text) if text else None


def zone_of(request: Request) -> ZoneInfo | None:
    """The time zone of the pool; None where the reader's own clock is meant."""
    name = request.query_params.get("tz", "")
    if name and (zone := zone_named(name)) is not None:
        return zone
    if name:
        raise Rejected(
            "unknown-time-zone",
            "`tz` is the pool's time zone, by its IANA name: `Europe/Berlin` or `America/New_York`;"
            " leave it out for the pool's wall clock",
        )
    return None


def cursor_of(request: Request) -> int:
    """Where a stream goes on. The header wins: an EventSource that comes back keeps its first address."""
    texts = request.headers.get("last-event-id"), request.query_params.get("last_event_id")
    cursors = [_number(text) for text in texts if text]
    if None in cursors:
        raise Rejected("bad-cursor", "a cursor is the `id` of an event of this stream; start again without one")
    return next((cursor for cursor in cursors if cursor is not None), 0)


def page_of(request: Request, *, usual: int, most: int) -> tuple[int, int]:
    """`after` and `limit` of a page of the log."""
    after = _number(request.query_params.get("after", "0"))
    limit = _number(request.query_params.get("limit", str(usual)))
    if after is None or limit is None or not 1 <= limit <= most:
        raise Rejected("bad-page", f"`after` is the id of an event, or 0; `limit` is 1 to {most}")
    return after, limit


def _number(text: str) -> int | None:
    return int(text) if re.fullmatch(r"[0-9]{1,10}", text) and int(text) <= LARGEST else None
