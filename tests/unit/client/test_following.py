"""Both clients, held against one scripted gateway: streams and polls of events."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from schema.identity import job_id
from services.client import following
from services.client.failures import Away, Refused
from services.client.gateway import Gateway
from tests.unit.client.scripted import (
    AWAY,
    BATCH,
    DONE,
    EVENTS,
    PROBLEM,
    STAGE,
    Blocking,
)

if TYPE_CHECKING:
    from tests.unit.conftest import ScriptedGateway


def test_a_cut_stream_is_taken_up_where_it_broke_and_tells_nothing_twice(
    client: Gateway | Blocking, gateway: ScriptedGateway
) -> None:
    gateway.streams(EVENTS, STAGE, cut=True)
    gateway.says(EVENTS, AWAY, 503)
    gateway.streams(EVENTS, STAGE, DONE)
    gateway.says(EVENTS, None, 204)
    assert [(news.id, news.name) for news in client.events(BATCH)] == [(1, "job_progress"), (2, "batch_completed")]
    cursors = [headers.get("last-event-id") for headers in gateway.headers_of(EVENTS)]
    assert cursors == [None, "1", "1", "2"]


def test_several_batches_come_over_one_line_that_is_taken_up_with_the_cursors_of_all(
    client: Gateway | Blocking, gateway: ScriptedGateway
) -> None:
    other = uuid4()
    both = f"GET /api/events?batch={BATCH}&batch={other}"
    of_first, of_other = {"batch_id": str(BATCH)}, {"batch_id": str(other)}
    gateway.streams(both, ("4.1", "job_progress", of_other), ("5.1", "job_progress", of_first), cut=True)
    gateway.streams(both, ("5.1", "job_progress", of_first), ("5.2", "batch_completed", of_other))
    gateway.streams(both, ("6.2", "batch_completed", of_first))
    gateway.says(both, None, 204)
    heard = [(news.batch_id, news.id) for news in client.watch([BATCH, other], {BATCH: 4})]
    assert heard == [(other, 1), (BATCH, 5), (other, 2), (BATCH, 6)]
    assert [headers["last-event-id"] for headers in gateway.headers_of(both)] == ["4.0", "5.1", "5.2", "6.2"]


def test_a_cursor_of_ones_own_is_where_a_stream_begins(client: Gateway | Blocking, gateway: ScriptedGateway) -> None:
    gateway.streams(EVENTS, DONE)
    gateway.says(EVENTS, None, 204)
    assert [news.id for news in client.events(BATCH, 1)] == [2]
    assert gateway.headers_of(EVENTS)[0]["last-event-id"] == "1"


def test_a_stream_that_stays_away_is_given_up(
    client: Gateway | Blocking, gateway: ScriptedGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "AWAY_SECONDS", 0.0)
    gateway.says(EVENTS, AWAY, 503)
    with pytest.raises(Away, match="in a moment"):
        list(client.events(BATCH))


def test_a_refused_stream_is_not_asked_for_again(client: Gateway | Blocking, gateway: ScriptedGateway) -> None:
    gateway.says(EVENTS, {**PROBLEM, "status": 404}, 404)
    with pytest.raises(Refused):
        list(client.events(BATCH))
    assert len(gateway.asked) == 1


def logged(*events: tuple[int, str, dict[str, Any]], over: bool = False) -> dict[str, Any]:
    """A page of the log."""
    page = [
        {
            "subject": str(BATCH),
            "eventid": number,
            "type": event_type,
            "time": "2026-01-01T10:00:00+00:00",
            "data": data,
        }
        for number, event_type, data in events
    ]
    return {"batch_id": str(BATCH), "events": page, "next_after": None if over else 1, "over": over}


def test_a_polled_batch_is_told_as_its_stream_tells_it(client: Gateway | Blocking, gateway: ScriptedGateway) -> None:
    job = str(job_id(BATCH, 2))
    swims, warnings = [{"lane": 4}], [{"code": "x"}]
    done = {"job_id": job, "file_checksum": "0", "extraction": {"events": swims, "warnings": warnings}}
    gateway.says(polled(0), logged((1, "batch.submitted", {}), (2, "job.completed", done)))
    gateway.says(polled(2), AWAY, 503)
    gateway.says(polled(2), logged())
    gateway.says(polled(2), logged((3, "batch.completed", {}), (4, "batch.notification_sent", {}), over=True))
    told = list(client.poll(BATCH))
    assert [(news.id, news.name) for news in told] == [(2, "job_completed"), (3, "batch_completed")]
    place = {"batch_id": str(BATCH), "event_id": 2, "occurred_at": "2026-01-01T10:00:00+00:00"}
    assert told[0].data == {**place, "job_id": job, "sequence": 2, "swims": 1, "warnings": warnings}
    assert [what for what, _, _ in gateway.asked] == [polled(0), *[polled(2)] * 3]


def test_a_poll_that_stays_unanswered_is_given_up(
    client: Gateway | Blocking, gateway: ScriptedGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "AWAY_SECONDS", 0.0)
    gateway.says(polled(7), "an error page of a proxy's", 502)
    with pytest.raises(Away, match=r"is away \(502\)"):
        list(client.poll(BATCH, 7))


def polled(after: int) -> str:
    return f"{EVENTS}?after={after}&wait=20"
