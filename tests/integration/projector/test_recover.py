"""A database restored from a backup of some moment, and the stream, come to what the lost one was."""

from __future__ import annotations

import asyncio
import subprocess
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import aio_pika
import pytest

from deploy.local import machine
from schema.errors import Rejected
from schema.events import BatchCancelled, BatchEvent, BatchExpired, BatchRetryRequested, JobCompleted, RetriedJob
from schema.identity import job_id
from services.projector.replay.recover import Recovery, recover
from services.runtime.clock import new_id, now
from services.runtime.topology import HISTORY
from tests.conftest import database, execute
from tests.integration.projector import told
from tests.integration.projector.rig import Rig, projecting, rigged, whole_batch
from tests.unit.projector import story

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from datetime import datetime
    from uuid import UUID

    from deploy.local.servers import Servers

#: All of a row that follows from what was said: salts are drawn, digests are over them, and clocks go on.
LOG = (
    "SELECT batch_id, event_id, message_id, type, version, occurred_at, source, causation_id, data FROM batch_events"
    " ORDER BY batch_id, event_id"
)
ASIDE = "SELECT message_id, reason, times FROM set_aside_events ORDER BY 1, 2"


@asynccontextmanager
async def backup(servers: Servers, url: str) -> AsyncIterator[str]:
    """A database as `url` is now, restored from a dump of it, whoever writes to it meanwhile."""
    name = f"test_{uuid4().hex}"
    await execute(servers.database_url, f"CREATE DATABASE {name}")
    restored = database(servers.database_url, name)
    await asyncio.to_thread(_copy, url, restored)
    yield restored
    await execute(servers.database_url, f"DROP DATABASE {name} WITH (FORCE)")


def _copy(url: str, restored: str) -> None:
    dump = [str(machine.postgres_binary("pg_dump")), "--format=custom", url]
    taken = subprocess.run(dump, capture_output=True, check=True)
    restore = [str(machine.postgres_binary("pg_restore")), "--exit-on-error", "--dbname", restored]
    subprocess.run(restore, input=taken.stdout, check=True)


async def recovered(rig: Rig, url: str, since: datetime | int = 0) -> Recovery:
    return await recover(rig.amqp_url, url, since, lambda *_: None)


async def state(rig: Rig, url: str) -> tuple[list[Any], dict[str, Any]]:
    return await Rig.rows(_at(rig, url), LOG), await told.tables(url)


def _at(rig: Rig, url: str) -> Rig:
    return Rig(rig.amqp_url, url, rig._publisher, rig._events)


def own_file(batch: UUID) -> list[BatchEvent]:
    """A whole batch whose sheets nobody shares."""
    return [
        event.model_copy(update={"file_checksum": batch.hex}) if isinstance(event, JobCompleted) else event
        for event in whole_batch(batch, 2)
    ]


async def test_a_dump_taken_in_mid_load_and_the_stream_come_to_the_original(rig: Rig, private_servers: Servers) -> None:
    batches = [new_id() for _ in range(30)]
    began = now()
    async with projecting(rig.amqp_url, rig.database_url):
        for batch in batches[:10]:
            await rig.say(batch, *own_file(batch))
        under_way = [asyncio.create_task(rig.say(batch, *own_file(batch))) for batch in batches[10:20]]
        await rig.until("SELECT count(*) > 10 FROM processing_batches", True)  # noqa: FBT003 - what the row says
        async with backup(private_servers, rig.database_url) as restored:
            said = await asyncio.gather(*under_way)
            for batch in batches[20:]:
                await rig.say(batch, *own_file(batch))
            await rig.say(batches[0], BatchExpired())
            await rig.say(batches[12], BatchExpired(), BatchCancelled())
            await rig.repeat(said[4])
            await rig.send(b"no JSON")
            await rig.until("SELECT count(*)::int, count(DISTINCT status)::int FROM processing_batches", (28, 1))
            await rig.until("SELECT count(*)::int FROM set_aside_events WHERE reason = 'not_json'", 1)
            original = await state(rig, rig.database_url)
            assert await state(rig, restored) != original

            done = await recovered(rig, restored, began)
            assert await state(rig, restored) == original
            assert done.known > 0
            assert done.recorded > 0
            aside = await _at(rig, restored).rows(ASIDE)
            assert {row[:2] for row in aside} <= {row[:2] for row in await rig.rows(ASIDE)}
            assert "not_json" in {row[1] for row in aside}

            again = await recovered(rig, restored)
            assert (again.recorded, sum(again.set_aside.values())) == (0, 0)
            assert await _at(rig, restored).rows(ASIDE) == aside
            assert await state(rig, restored) == original


async def test_what_was_set_aside_before_the_backup_means_nothing_later_either(
    rig: Rig, private_servers: Servers
) -> None:
    """A retry came before its job had failed, and changed nothing; read again behind the failure it would."""
    batch = new_id()
    job = job_id(batch, 1)
    early = BatchRetryRequested(jobs=(RetriedJob(job_id=job, attempt=2),))
    failure = story.failed(1).model_copy(update={"job_id": job})
    async with projecting(rig.amqp_url, rig.database_url):
        await rig.say(batch, story.submitted(1, batch), early, failure)
        await rig.until("SELECT status FROM processing_batches", "failed")
        async with backup(private_servers, rig.database_url) as restored:
            original = await state(rig, rig.database_url)
            done = await recovered(rig, restored)
            assert (done.recorded, sum(done.set_aside.values())) == (0, 0)
            assert await state(rig, restored) == original
            assert await _at(rig, restored).rows(ASIDE) == await rig.rows(ASIDE)


async def test_a_projector_may_run_beside_it(rig: Rig, private_servers: Servers) -> None:
    """Which of the two records an event, nobody knows; each is there once, and the batches end alike."""
    before, during = [new_id() for _ in range(20)], [new_id() for _ in range(20)]
    async with backup(private_servers, rig.database_url) as restored, rigged(rig.amqp_url, restored) as other:
        async with projecting(rig.amqp_url, rig.database_url):
            await asyncio.gather(*(rig.say(batch, *whole_batch(batch, 2)) for batch in before))
            await rig.until("SELECT status, count(*)::int FROM processing_batches GROUP BY 1", ("completed", 20))
        async with projecting(rig.amqp_url, restored), asyncio.TaskGroup() as tasks:
            for batch in during:
                tasks.create_task(rig.say(batch, *whole_batch(batch, 2)))
            tasks.create_task(recovered(rig, restored))
        await recovered(rig, restored)
        await other.until("SELECT status, count(*)::int FROM processing_batches GROUP BY 1", ("completed", 40))
        await other.dense()
        assert await other.rows("SELECT count(*)::int, count(DISTINCT message_id)::int FROM batch_events") == [
            (360, 360)
        ]


async def test_it_ends_where_there_is_nothing(rig: Rig) -> None:
    assert (await recovered(rig, rig.database_url)).last is None
    batch = new_id()
    await rig.say(batch, *whole_batch(batch, 1))
    done = await recovered(rig, rig.database_url, 0)
    assert (done.first, done.recorded) == (0, 6)
    assert (await recovered(rig, rig.database_url, 10_000)).last is None


async def test_a_broker_without_the_stream_is_told(rig: Rig) -> None:
    batch = new_id()
    await rig.say(batch, *whole_batch(batch, 1))  # whoever connects, declares it
    async with await aio_pika.connect(rig.amqp_url) as connection:
        await (await connection.channel()).queue_delete(HISTORY)
    with pytest.raises(Rejected, match="no stream"):
        await recovered(rig, rig.database_url)
