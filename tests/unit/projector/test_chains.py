"""Whatever is done to one row of a log, its chain says where."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from services.projector import chain
from services.projector.audit.chains import broken
from services.projector.audit.log import Row
from services.projector.record import Recorded
from tests.unit.projector.story import START, merged, submitted
from tests.unit.projector.test_ordering import folded, stories


@st.composite
def logs(draw: st.DrawFn) -> list[Row]:
    histories = draw(stories())
    return list(map(row, folded([submitted(len(histories)), *draw(merged(histories))]).recorded))


def row(recorded: Recorded) -> Row:
    fact = recorded.fact
    return Row(
        fact.batch_id,
        recorded.event_id,
        fact.id,
        fact.event.TYPE,
        fact.event.VERSION,
        fact.occurred_at,
        START,
        fact.source,
        None,
        None,
        None,
        recorded.salt,
        recorded.data.decode(),
        recorded.committed,
        recorded.digest,
    )


def found(rows: list[Row]) -> list[tuple[int | None, str | None]]:
    return [difference[1:4:2] for difference in broken(rows, [row.document() for row in rows])]


#: What a hand may do to a row, and the columns that are named for it.
CHANGES: dict[str, tuple[Any, set[str]]] = {
    "type": (lambda row: row._replace(type="batch.exploded"), {"digest"}),
    "version": (lambda row: row._replace(version=row.version + 1), {"digest"}),
    "time": (lambda row: row._replace(occurred_at=row.occurred_at + timedelta(microseconds=1)), {"digest"}),
    "digest": (lambda row: row._replace(digest=row.digest[::-1]), {"digest"}),
    "data": (lambda row: row._replace(data='{"attempt":99}'), {"data"}),
    "salt": (lambda row: row._replace(salt=row.salt[::-1]), {"data"}),
    "commitment": (lambda row: row._replace(commitment=bytes(32)), {"data", "digest"}),
    "data of a row of old": (lambda row: row._replace(data='{"attempt":99}', commitment=None), {"digest"}),
    "erasure": (lambda row: row._replace(data=None, salt=None), {"data"}),
}


@given(st.data(), logs(), st.sampled_from(sorted(CHANGES)))
def test_a_changed_row_is_named(data: st.DataObject, log: list[Row], change: str) -> None:
    assert found(log) == []
    place = data.draw(st.integers(0, len(log) - 1))
    changed, columns = CHANGES[change]
    log[place] = changed(log[place])
    told = found(log)
    assert {column for event_id, column in told if event_id == place + 1} == columns
    # The row behind it is held against a digest that is not its own predecessor's any more.
    assert {event_id for event_id, _ in told} <= {place + 1, place + 2}


@given(st.data(), logs())
def test_a_row_that_is_gone_is_named(data: st.DataObject, log: list[Row]) -> None:
    place = data.draw(st.integers(0, len(log) - 2))
    del log[place]
    assert found(log) == [(place + 1, "event_id")]


@given(st.data(), logs())
def test_rows_that_changed_places_are_named(data: st.DataObject, log: list[Row]) -> None:
    one = data.draw(st.integers(0, len(log) - 2))
    other = data.draw(st.integers(one + 1, len(log) - 1))
    log[one], log[other] = log[other]._replace(event_id=one + 1), log[one]._replace(event_id=other + 1)
    assert {(one + 1, "digest"), (other + 1, "digest")} <= set(found(log))


@given(logs())
def test_jsonb_gives_back_the_bytes_that_were_committed_to(log: list[Row]) -> None:
    """Keys in its own order, and blanks between."""
    shuffled = [row._replace(data=_as_jsonb(row.data or "")) for row in log]
    assert found(shuffled) == []


def _as_jsonb(text: str) -> str:
    return json.dumps(dict(reversed(json.loads(text).items())))


@example(datetime(1, 1, 1, tzinfo=UTC))
@example(datetime(2026, 7, 1, 9, 30, 0, 10, tzinfo=timezone(timedelta(hours=2))))
@given(st.datetimes(min_value=datetime(2, 1, 1), max_value=datetime(9998, 1, 1), timezones=st.timezones()))  # noqa: DTZ001 - as it wants them
def test_that_a_link_says_its_moment_in_utc_and_to_the_microsecond(at: datetime) -> None:
    said = f"job.failed 1 {at.astimezone(UTC).isoformat(timespec='microseconds')}".encode()
    expected = hashlib.blake2b(b"previous" + b"committed" + said, digest_size=32).digest()
    assert chain.link(b"previous", "job.failed", 1, at, b"committed") == expected
