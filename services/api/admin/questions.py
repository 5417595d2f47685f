"""What is asked for in the addresses under /api/admin: read strictly, refused by name."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

from schema.errors import Rejected
from schema.states import BatchStatus

if TYPE_CHECKING:
    from starlette.datastructures import QueryParams

USUAL_PAGE = 100
LARGEST_PAGE = 500
#: PostgreSQL's BIGINT.
LARGEST_ID = 2**63 - 1
#: Microseconds, a dot, a batch: after which batch a page begins.
PLACE = r"[0-9]{1,16}\.[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
REASON = r"[a-z_]{1,40}"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
#: After every batch; beyond it, as before the epoch, times of some zones have no place in others.
_EVER = datetime(9000, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Place(NamedTuple):
    """A batch in the order of the list. One that is erased meanwhile has its place there still."""

    created_at: datetime
    batch_id: UUID

    def __str__(self) -> str:
        return f"{(self.created_at - _EPOCH) // _MICROSECOND}.{self.batch_id}"


class BatchesAsked(NamedTuple):
    status: BatchStatus | None
    since: datetime | None
    after: Place | None
    limit: int


class SetAsidesAsked(NamedTuple):
    reason: str | None
    only_open: bool
    after: int
    limit: int


def batches_asked(query: QueryParams) -> BatchesAsked:
    """Raises Rejected."""
    status, since, after = query.get("status"), query.get("since"), query.get("after")
    if status is not None and status not in list(BatchStatus):
        raise Rejected("bad-filter", f"`status` is one of {', '.join(BatchStatus)}", (("status", "is no status"),))
    return BatchesAsked(
        None if status is None else BatchStatus(status),
        None if since is None else _moment(since),
        None if after is None else _place(after),
        _limit(query),
    )


def set_asides_asked(query: QueryParams) -> SetAsidesAsked:
    """Raises Rejected."""
    reason, only_open, after = query.get("reason"), query.get("open", "false"), query.get("after", "0")
    if reason is not None and not re.fullmatch(REASON, reason):
        raise Rejected("bad-filter", "`reason` is one that `stats` counts", (("reason", "is no reason"),))
    if only_open not in ("true", "false"):
        raise Rejected("bad-filter", "`open` is true or false", (("open", "is neither"),))
    if not re.fullmatch(r"[0-9]{1,19}", after) or int(after) > LARGEST_ID:
        raise Rejected("bad-page", "`after` is the `next_after` of the page before, or 0")
    return SetAsidesAsked(reason, only_open == "true", int(after), _limit(query))


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise Rejected(
            "bad-filter",
            "`since` is a time with its zone, like 2026-07-17T18:00:00Z; in an address a `+` is written %2B",
            (("since", "is no time with its zone"),),
        )
    return min(max(moment, _EPOCH), _EVER)


def _place(text: str) -> Place:
    if not re.fullmatch(PLACE, text):
        raise Rejected("bad-page", "`after` is the `next_after` of the page before; start again without one")
    microseconds, _, batch_id = text.partition(".")
    return Place(_EPOCH + int(microseconds) * _MICROSECOND, UUID(batch_id))


def _limit(query: QueryParams) -> int:
    text = query.get("limit", str(USUAL_PAGE))
    if not re.fullmatch(r"[0-9]{1,4}", text) or not 1 <= int(text) <= LARGEST_PAGE:
        raise Rejected("bad-page", f"`limit` is 1 to {LARGEST_PAGE}")
    return int(text)
