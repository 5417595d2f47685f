from __future__ import annotations

import asyncio
from types import SimpleNamespace

import pytest
from aio_pika.exceptions import ChannelInvalidStateError
from pamqp.commands import Basic

from services.runtime.outgoing import Outgoing


def channel() -> SimpleNamespace:
    """As much of aiormq's channel as is used, on a connection whose writer is slow."""
    loop = asyncio.get_running_loop()
    return SimpleNamespace(
        loop=loop,
        number=1,
        is_closed=False,
        delivery_tag=0,
        max_content_size=100,
        confirmations={},
        message_id_delivery_tag={},
        write_queue=asyncio.Queue(1),
        closing=loop.create_future(),
    )


def publish(outgoing: Outgoing, body: bytes, message_id: str | None = None) -> asyncio.Future[object]:
    return outgoing.publish("e", "key", body, Basic.Properties(message_id=message_id), mandatory=True)


async def test_what_one_turn_brings_is_one_write_and_the_next_waits_for_room() -> None:
    on = channel()
    outgoing = Outgoing(on)  # type: ignore[arg-type]  # as above
    for body in (b"first", b"second"):
        publish(outgoing, body)
    assert on.write_queue.empty()
    await asyncio.sleep(0)
    publish(outgoing, b"third")
    for _ in range(3):
        await asyncio.sleep(0)
    publish(outgoing, b"fourth")
    writes = [on.write_queue.get_nowait().payload]
    writes.append((await on.write_queue.get()).payload)
    found = [[body for body in (b"first", b"second", b"third", b"fourth") if body in write] for write in writes]
    assert found == [[b"first", b"second"], [b"third", b"fourth"]]
    assert list(on.confirmations) == [1, 2, 3, 4]


async def test_a_message_sent_again_meanwhile_stays_known_by_its_id() -> None:
    on = channel()
    outgoing = Outgoing(on)  # type: ignore[arg-type]  # as above
    first, second = (publish(outgoing, b"twice", "id") for _ in range(2))
    first.set_result(None)
    await asyncio.sleep(0)
    assert on.message_id_delivery_tag == {"id": 2}
    second.set_result(None)
    await asyncio.sleep(0)
    assert on.message_id_delivery_tag == {}


async def test_a_closed_channel_takes_nothing_and_writes_nothing() -> None:
    on = channel()
    outgoing = Outgoing(on)  # type: ignore[arg-type]  # as above
    unconfirmed = publish(outgoing, b"too late")
    on.is_closed = True
    on.closing.set_result(None)
    await asyncio.sleep(0)
    assert on.write_queue.empty()
    with pytest.raises(ChannelInvalidStateError):
        await unconfirmed
    with pytest.raises(ChannelInvalidStateError):
        publish(outgoing, b"later still")


async def test_each_confirm_that_does_not_come_is_given_up_in_its_time() -> None:
    on = channel()
    outgoing = Outgoing(on, confirm_seconds=0.1)  # type: ignore[arg-type]  # as above
    first, confirmed = (publish(outgoing, b"silence") for _ in range(2))
    confirmed.set_result(None)
    await asyncio.sleep(0.06)
    later = publish(outgoing, b"more of it")
    with pytest.raises(TimeoutError):
        await first
    assert not later.done()
    with pytest.raises(TimeoutError):
        await later
    again = publish(outgoing, b"after a pause")
    with pytest.raises(TimeoutError):
        await again
