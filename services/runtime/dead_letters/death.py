from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from aio_pika.abc import HeadersType

#: What our consumers write on a message that they bury, each a header.
REASON, SENTENCE, ORIGIN, SINCE = "x-reason", "x-sentence", "x-origin-queue", "x-dead-since"
#: The broker's word for a message that was given back, or lost its consumer, too often.
DELIVERY_LIMIT = "delivery_limit"
UNKNOWN = "unknown"


class Death(NamedTuple):
    """Why a message lies in a dead-letter queue, and where and when it died; None where its headers do not say."""

    reason: str
    sentence: str | None = None
    queue: str | None = None
    at: datetime | None = None

    @classmethod
    def of(cls, headers: HeadersType) -> Death:
        """Never raises: headers come from strangers, too.

        Our consumers strip the broker's headers from what they bury. So where those are there, the broker buried it
        later, and what else it says of itself is old or made up. The broker puts the latest of its deaths first.
        """
        deaths = headers.get("x-death")
        if isinstance(deaths, list) and deaths and isinstance(deaths[0], dict):
            latest = deaths[0]
            return cls(
                _text(latest.get("reason")) or UNKNOWN, None, _text(latest.get("queue")), _time(latest.get("time"))
            )
        return cls(
            _text(headers.get(REASON)) or UNKNOWN,
            _text(headers.get(SENTENCE)),
            _text(headers.get(ORIGIN)),
            _time(headers.get(SINCE)),
        )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _time(value: object) -> datetime | None:
    if not isinstance(value, datetime):
        return None
    return value if value.tzinfo else value.replace(tzinfo=UTC)
