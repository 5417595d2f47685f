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
#: Over one stream.
MOST_BATCHES = 64
#: Shorter than the silence after which a proxy that nobody told otherwise cuts a line: 60 s.
LONGEST_WAIT_SECONDS = 30
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


def batch_ids_of(request: Request) -> list[UUID]:
    """The batches that `batch` names again and again, in their order."""
    texts = request.query_params.getlist("batch")
    if wrong := [text for text in texts if not _UUID.fullmatch(text)]:
        raise Rejected("bad-batch-id", "a batch id is a UUID, as the answer to a submit names it", (_no_id(wrong[0]),))
    batch_ids = [UUID(text) for text in texts]
    if not 1 <= len(batch_ids) <= MOST_BATCHES or len(set(batch_ids)) < len(batch_ids):
        raise Rejected(
            "bad-batches",
            f"name 1 to {MOST_BATCHES} batches, each once, as `?batch=ID&batch=ID`; watch more over several streams",
            (("batch", f"is there {len(batch_ids)} times, with {len(set(batch_ids))} batches"),),
        )
    return batch_ids


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
    """Where the stream of one batch goes on."""
    return cursors_of(request, 1)[0]


def cursors_of(request: Request, batches: int) -> list[int]:
    """Where the stream of so many batches goes on in each of them, in the order of its address.

    The header wins: an EventSource that comes back keeps its first address.
    """
    texts = request.headers.get("last-event-id"), request.query_params.get("last_event_id")
    given = [[_number(number) for number in text.split(".")] for text in texts if text]
    for cursors in given:
        if len(cursors) != batches or None in cursors:
            raise Rejected(
                "bad-cursor",
                "a cursor is the `id` of an event of this stream, of the same batches in the same order;"
                " start again without one",
            )
    return [cursor or 0 for cursor in given[0]] if given else [0] * batches


def page_of(request: Request, *, usual: int, most: int) -> tuple[int, int]:
    """`after` and `limit` of a page of the log."""
    after = _number(request.query_params.get("after", "0"))
    limit = _number(request.query_params.get("limit", str(usual)))
    if after is None or limit is None or not 1 <= limit <= most:
        raise Rejected("bad-page", f"`after` is the id of an event, or 0; `limit` is 1 to {most}")
    return after, limit


def wait_of(request: Request) -> int | None:
    """How many seconds a page may be waited for; None where it is not to be."""
    text = request.query_params.get("wait")
    seconds = None if text is None else _number(text)
    if text is not None and (seconds is None or seconds > LONGEST_WAIT_SECONDS):
        raise Rejected("bad-page", f"`wait` is 0 to {LONGEST_WAIT_SECONDS}, in seconds; ask again for more")
    return seconds


def _no_id(text: str) -> tuple[str, str]:
    return "batch", f"{re.sub(r'[^ -~]', '?', text[:40])!r} is no id"


def _number(text: str) -> int | None:
    return int(text) if re.fullmatch(r"[0-9]{1,10}", text) and int(text) <= LARGEST else None
