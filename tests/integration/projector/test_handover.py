"""A partition that goes from hand to hand with more waiting than one consumer holds: every batch keeps its order."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from itertools import islice
from typing import TYPE_CHECKING
from uuid import UUID

import aio_pika
import orjson
import pytest

from services.projector.partition import PREFETCH_MESSAGES
from services.runtime.publisher import Publisher
from services.runtime.topology import EVENTS
from tests.bench import traffic
from tests.integration.line import Line
from tests.integration.projector.rig import TOPOLOGY, Rig, projecting

if TYPE_CHECKING:
    from collections.abc import Callable

    from schema.cloudevents import Fact
    from services.projector.record import Folded

#: A killed one's work is repeated, and a cut that comes before each acknowledgement would repeat it for ever.
KILLS = 4
COUNT = "SELECT count(*)::int FROM batch_events WHERE source = 'heatstream/worker'"


async def waiting(rig: Rig) -> list[Fact]:
    """One event a message, several times of what a consumer is given at once."""
    facts = list(islice(traffic.facts(traffic.SHORT), 3 * PREFETCH_MESSAGES))
    async with Publisher(rig.amqp_url, "test", TOPOLOGY) as publisher:
        messages = [aio_pika.Message(orjson.dumps([fact.to_cloudevent()]), delivery_mode=2) for fact in facts]
        await asyncio.gather(*(publisher.publish(EVENTS, "0", message) for message in messages))
    return facts


def said_by(written: asyncio.Event) -> Callable[[Folded], None]:
    return lambda _: written.set()


@pytest.mark.parametrize("killed", [False, True], ids=["stopped", "killed"])
async def test_who_takes_over_goes_on_where_the_last_one_ended(rig: Rig, killed: bool) -> None:  # noqa: FBT001 - pytest gives it by name
    facts, hands = await waiting(rig), 0
    async with asyncio.timeout(60):
        while await rig.rows(COUNT) != [len(facts)]:
            hands, written = hands + 1, asyncio.Event()
            async with Line(rig.amqp_url).laid() as line, projecting(line.url, rig.database_url, said_by(written)):
                await written.wait()
                if killed and hands <= KILLS:
                    line.cut()
    assert hands > 2
    said, logged = defaultdict[UUID, list[UUID]](list), defaultdict[UUID, list[UUID]](list)
    for fact in facts:
        said[fact.batch_id].append(fact.id)
    order = "SELECT batch_id, message_id FROM batch_events WHERE source = 'heatstream/worker' ORDER BY 1, event_id"
    for batch_id, message_id in await rig.rows(order):
        logged[batch_id].append(message_id)
    assert logged == said
    await rig.dense()
