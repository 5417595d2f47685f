from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson
import psycopg

from schema.cloudevents import recorded_cloudevent
from services.projector.audit.log import Row
from services.runtime.queries import query

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from services.projector.audit.looking import Looking

ROWS_A_FETCH = 2000


def since(seen: Looking, first: datetime, last: datetime | None = None) -> Iterator[Row]:
    """What was recorded from one time on, and before another, in the order in which it was; in little memory."""
    with psycopg.RawServerCursor[tuple[Any, ...]](seen, "export") as cursor:
        cursor.itersize = ROWS_A_FETCH
        yield from map(Row._make, cursor.execute(query("projector_audit_since"), (first, last), binary=True))


def lines(rows: Iterable[Row]) -> Iterator[bytes]:
    """Each row as a CloudEvent on a line of JSON."""
    for row in rows:
        yield orjson.dumps(recorded_cloudevent({**row._asdict(), "data": row.document()})) + b"\n"
