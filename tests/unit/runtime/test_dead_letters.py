from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schema.identity import partition_of
from services.runtime.clock import new_id, now
from services.runtime.dead_letters.choice import Choice
from services.runtime.dead_letters.death import Death
from services.runtime.dead_letters.home import home
from services.runtime.dead_letters.letter import Letter
from services.runtime.topology import (
    COMMANDS,
    COMMANDS_DEAD,
    EVENTS_DEAD,
    JOBS,
    JOBS_DEAD,
    JOBS_UNREADABLE,
    events_queue,
    retry_queue,
)

if TYPE_CHECKING:
    from aio_pika.abc import AbstractIncomingMessage

BATCH, OTHER = UUID("01920000-0000-7000-8000-000000000001"), UUID("01920000-0000-7000-8000-000000000002")
DIED = datetime(2026, 5, 1, tzinfo=UTC)
JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.binary() | st.datetimes(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@dataclass
class Wire:
    """What a letter looks at of an AMQP message."""

    body: bytes = b"{}"
    headers: dict[str, Any] = field(default_factory=dict)
    type: str | None = None
    message_id: str | None = "m-1"
    timestamp: datetime | None = None


def letter(queue: str = COMMANDS_DEAD, body: object = None, **properties: Any) -> Letter:  # noqa: ANN401 - of many types
    content = body if isinstance(body, bytes) else orjson.dumps(body)
    return Letter.of(queue, cast("AbstractIncomingMessage", Wire(content, **properties)))


def event(batch_id: UUID, name: str = "batch.cancelled") -> dict[str, str]:
    return {"subject": str(batch_id), "type": name}


def death(queue: str, reason: str) -> dict[str, Any]:
    return {"queue": queue, "reason": reason, "time": DIED, "count": 1, "exchange": "", "routing-keys": [queue]}


def test_the_last_death_counts_and_the_broker_tells_it_first() -> None:
    ours: dict[str, Any] = {
        "x-reason": "not_json",
        "x-sentence": "it is no JSON",
        "x-origin-queue": JOBS,
        "x-dead-since": DIED,
    }
    assert Death.of(ours) == Death("not_json", "it is no JSON", JOBS, DIED)
    brokers: dict[str, Any] = {"x-death": [death(JOBS, "delivery_limit"), death(retry_queue(4), "expired")]}
    assert Death.of({**ours, **brokers}) == Death("delivery_limit", None, JOBS, DIED)
    assert Death.of({}) == Death("unknown")


@given(headers=st.dictionaries(st.sampled_from(["x-death", "x-reason", "x-dead-since", "x-redriven"]), JUNK), body=JUNK)
def test_nothing_that_a_stranger_writes_hides_a_letter(headers: dict[str, Any], body: object) -> None:
    content = body if isinstance(body, bytes) else json.dumps(body, default=str).encode()
    found = letter(EVENTS_DEAD, content, headers=headers)
    assert found.times >= 1
    assert Choice(older_than=timedelta(days=1)).takes(found) in (True, False)
    home(found, 4)


def test_nor_does_what_is_nested_deep() -> None:
    deep = b"[" * 900 + b"]" * 900
    assert letter(EVENTS_DEAD, b'[{"type": %s, "subject": %s}]' % (deep, deep)).types == ()


def test_a_letter_says_of_what_it_is() -> None:
    command = letter(body={"batch_id": str(BATCH)}, type="batch.cancel", headers={"x-redriven": 2})
    assert (command.types, command.batch_ids, command.times) == (("batch.cancel",), (BATCH,), 3)
    events = letter(EVENTS_DEAD, [event(BATCH), event(OTHER, "job.failed"), event(BATCH), {"subject": "none"}, 7])
    assert (events.types, events.batch_ids) == (("batch.cancelled", "job.failed"), (BATCH, OTHER))
    nameless = letter(body=b"\xff", message_id=None)
    assert nameless.id == letter(body=b"\xff", message_id=None).id != letter(body=b"\xfe", message_id=None).id


def test_its_age_is_known_from_what_is_there() -> None:
    assert letter(headers={"x-dead-since": DIED}, timestamp=now()).since == DIED
    assert letter(timestamp=DIED.replace(tzinfo=None)).since == DIED
    young = letter(message_id=str(new_id())).age
    assert young is not None
    assert abs(young) < timedelta(minutes=1)
    assert letter(message_id=str(UUID(int=4, version=4))).age is None
    assert letter(message_id="ffffffff-ffff-7000-8000-000000000000").age is None


@pytest.mark.parametrize(
    ("choice", "takes"),
    [
        (Choice(), True),
        (Choice(ids=frozenset({"m-1"})), True),
        (Choice(ids=frozenset({"m-2"})), False),
        (Choice(reasons=frozenset({"bug", "not_json"})), True),
        (Choice(reasons=frozenset({"bug"})), False),
        (Choice(types=frozenset({"batch.cancel"})), True),
        (Choice(types=frozenset({"batch.submit"})), False),
        (Choice(batches=frozenset({BATCH, OTHER})), True),
        (Choice(batches=frozenset({OTHER})), False),
        (Choice(older_than=timedelta(hours=1)), True),
        (Choice(older_than=timedelta(hours=3)), False),
        (Choice(newer_than=timedelta(hours=3)), True),
        (Choice(newer_than=timedelta(hours=1)), False),
        (Choice(ids=frozenset({"m-1"}), reasons=frozenset({"bug"})), False),
    ],
)
def test_a_choice_takes_what_passes_every_filter(choice: Choice, takes: bool) -> None:  # noqa: FBT001 - a parameter
    headers = {"x-reason": "not_json", "x-dead-since": now() - timedelta(hours=2)}
    assert choice.takes(letter(body={"batch_id": str(BATCH)}, type="batch.cancel", headers=headers)) is takes


def test_what_has_no_age_is_neither_older_nor_newer() -> None:
    assert not Choice(older_than=timedelta()).takes(letter())
    assert not Choice(newer_than=timedelta(days=9999)).takes(letter())


def test_a_letter_goes_home_and_not_where_a_strangers_header_says() -> None:
    forged = {"x-origin-queue": events_queue(0), "x-first-death-queue": events_queue(0)}
    assert home(letter(COMMANDS_DEAD, headers=forged), 1) == COMMANDS
    from_retry = {"x-first-death-queue": retry_queue(4), "x-death": [death(JOBS, "delivery_limit")]}
    assert home(letter(JOBS_DEAD, headers=from_retry), 1) == JOBS
    assert home(letter(JOBS_UNREADABLE, headers={"x-origin-queue": JOBS_DEAD}), 1) == JOBS


def test_events_go_to_the_partition_of_their_batch() -> None:
    wrong = {"x-death": [death(events_queue(7 - partition_of(BATCH, 8)), "delivery_limit")]}
    assert home(letter(EVENTS_DEAD, [event(BATCH)], headers=wrong), 8) == events_queue(partition_of(BATCH, 8))
    unreadable = {"x-death": [death(events_queue(3), "delivery_limit")]}
    assert home(letter(EVENTS_DEAD, b"\xff", headers=unreadable), 8) == events_queue(3)
    assert home(letter(EVENTS_DEAD, b"\xff", headers=unreadable), 2) is None
    assert home(letter(EVENTS_DEAD, b"\xff", headers={"x-origin-queue": COMMANDS}), 8) is None
    elsewhere = next(one for one in (new_id() for _ in range(999)) if partition_of(one, 8) != partition_of(BATCH, 8))
    assert home(letter(EVENTS_DEAD, [event(BATCH), event(elsewhere)]), 8) is None
