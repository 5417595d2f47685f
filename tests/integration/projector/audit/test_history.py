"""The log beside the stream of all events, on the real broker."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from typing import TYPE_CHECKING

import aio_pika
import psycopg
import pytest
from typer.testing import CliRunner

from schema.cloudevents import Fact
from schema.events import BatchExpired
from services.cli.app import app
from services.projector.audit.difference import HISTORY, LOG, Difference
from services.projector.audit.history import History
from services.runtime import history
from services.runtime.clock import new_id, now
from tests.integration.projector.rig import Rig, projecting, whole_batch
from tests.unit.projector import story

if TYPE_CHECKING:
    from collections.abc import Collection
    from uuid import UUID


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody else publishes here, and a chunk arrives whole."""
    monkeypatch.setattr(history, "SILENCE_SECONDS", 0.2)


async def compared(rig: Rig, only: Collection[UUID] | None = None) -> list[Difference]:
    async with await aio_pika.connect(rig.amqp_url) as connection:
        return await History(rig.database_url, 1, only, timedelta()).differences(connection)


def change(rig: Rig, statement: str, *arguments: object) -> None:
    with psycopg.connect(rig.database_url) as owner:
        owner.execute("SET session_replication_role = replica")
        assert owner.execute(statement, arguments).rowcount == 1


async def test_log_and_stream_agree_until_one_is_touched(rig: Rig) -> None:
    batch, erased, last = new_id(), new_id(), new_id()
    async with projecting(rig.amqp_url, rig.database_url):
        facts = await rig.say(batch, *whole_batch(batch, 1))
        await rig.say(erased, *whole_batch(erased, 1), BatchExpired())
        await rig.repeat(facts[1:2])  # a redelivery: it is set aside
        await rig.repeat([facts[2]._replace(id=facts[1].id, batch_id=erased)])  # as is what takes another's id
        await rig.send(b"no JSON")
        await rig.say(last, story.submitted(1, last), BatchExpired())
        await rig.until("SELECT count(*)::int FROM batch_events WHERE type = 'batch.expired'", 2)
    assert await compared(rig) == []

    change(rig, "UPDATE batch_events SET source = 'x' WHERE batch_id = %s AND event_id = 1", batch)
    change(rig, "UPDATE batch_events SET correlation_id = 'x' WHERE batch_id = %s AND event_id = 1", erased)
    change(rig, "UPDATE batch_events SET data = '{}' WHERE batch_id = %s AND event_id = 2", batch)
    found = [difference[:4] for difference in await compared(rig)]
    assert found == [
        (batch, 1, LOG, "source"),
        (batch, 2, LOG, "data"),
        (erased, 1, LOG, "correlation_id"),
    ]
    assert [difference[:4] for difference in await compared(rig, [erased])] == found[2:]
    urls = "--database-url", rig.database_url, "--amqp-url", rig.amqp_url
    typed = ["audit", "verify", str(erased), "--history", "--json", *urls]
    done = await asyncio.to_thread(CliRunner().invoke, app, typed)
    named, counted = map(json.loads, done.stdout.splitlines())
    assert (named["batch_id"], named["column"]) == (str(erased), "correlation_id")
    assert (done.exit_code, counted["events_of_the_stream"], counted["differences"]) == (1, 6, 1)


async def test_what_one_of_them_lacks_is_named(rig: Rig) -> None:
    batch, last = new_id(), new_id()
    async with projecting(rig.amqp_url, rig.database_url):
        facts = await rig.say(batch, *whole_batch(batch, 1))
        await rig.say(last, story.submitted(1, last))
        await rig.until("SELECT count(*)::int FROM batch_events", 7)
    change(rig, "DELETE FROM batch_events WHERE message_id = %s", facts[3].id)
    change(
        rig,
        "INSERT INTO batch_events (batch_id, event_id, message_id, type, version, occurred_at, source, digest)"
        " VALUES (%s, 7, %s, 'batch.cancelled', 1, %s, 'heatstream/worker', '')",
        batch,
        new_id(),
        facts[3].occurred_at,
    )
    missing, added = sorted(await compared(rig), key=lambda difference: difference.place)
    assert missing[:4] == (batch, None, LOG, "message_id")
    assert "the stream has a job.completed" in missing.sentence
    assert added[:4] == (batch, 7, HISTORY, "id")


async def test_an_event_that_is_on_its_way_is_no_difference(rig: Rig) -> None:
    """Nobody projects: all of it waits in its queue."""
    batch = new_id()
    await rig.repeat([Fact(new_id(), batch, now(), "heatstream/worker", story.submitted(1, batch))])
    assert await compared(rig) == []
