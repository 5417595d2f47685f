"""Dead letters on the real broker: looked through, put back and left in their order."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import aio_pika
import orjson
import pytest

from schema.cloudevents import Fact
from schema.errors import Transient
from schema.events import BatchDeadLetterRedriven
from services.runtime.clock import new_id
from services.runtime.dead_letters import pile
from services.runtime.dead_letters.letter import Letter
from services.runtime.dead_letters.redrive import Redrive
from services.runtime.event_publisher import EventPublisher
from services.runtime.link import GONE
from services.runtime.publisher import Publisher
from services.runtime.topology import COMMANDS, COMMANDS_DEAD, JOBS, JOBS_DEAD, events_queue, retry_queue, topology
from tests.integration.line import Line
from tests.integration.post import Post, post_office

if TYPE_CHECKING:
    from aio_pika.abc import AbstractIncomingMessage

TOPOLOGY = topology(1, 35)
BURIED = {"x-reason": "bug", "x-sentence": "ZeroDivisionError", "x-origin-queue": COMMANDS, "x-version": 1, "CC": ["x"]}


@pytest.fixture
async def post(amqp_url: str) -> AsyncIterator[Post]:
    async with post_office(amqp_url) as post:
        yield post


@asynccontextmanager
async def redriving(
    amqp_url: str, why: str | None = None, sent: Callable[[Letter], None] = lambda _: None
) -> AsyncIterator[Redrive]:
    async with Publisher(amqp_url, "test", TOPOLOGY) as publisher, EventPublisher(publisher, 1) as events:
        yield Redrive(publisher, events, source="test", by="a person", why=why, sent=sent)


async def redrive(
    amqp_url: str, redrive: Redrive, *bodies: bytes, dead: str = COMMANDS_DEAD, to: str = COMMANDS
) -> list[bytes]:
    """Go through a queue, put those with these bodies back; gives what was seen."""
    seen = []
    async with await aio_pika.connect(amqp_url) as connection, pile.opened(connection, dead) as letters:
        async for letter in letters.letters():
            seen.append(letter.message.body)
            if letter.message.body in bodies:
                await redrive.to(to, letter)
    return seen


def bodies(messages: list[AbstractIncomingMessage]) -> list[bytes]:
    return [message.body for message in messages]


async def test_three_of_five_are_at_work_again_and_the_others_lie_in_their_order(amqp_url: str, post: Post) -> None:
    for number in range(5):
        await post.put(COMMANDS_DEAD, b"%d" % number, headers=BURIED, type="batch.cancel", message_id=f"m-{number}")
    async with redriving(amqp_url) as office:
        assert await redrive(amqp_url, office, b"0", b"2", b"3") == [b"0", b"1", b"2", b"3", b"4"]
    back = await post.taken(COMMANDS, 3)
    assert bodies(back) == [b"0", b"2", b"3"]
    assert [message.message_id for message in back] == ["m-0", "m-2", "m-3"]
    headers = {name: value for name, value in back[0].headers.items() if name != "x-delivery-count"}
    assert headers == {"x-version": 1, "x-redriven": 1, "x-redriven-by": "a person"}
    left = await post.taken(COMMANDS_DEAD, 2)
    assert bodies(left) == [b"1", b"4"]
    assert left[0].headers["x-reason"] == "bug"


async def test_more_than_a_channel_holds_goes_back_in_order_too(
    amqp_url: str, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pile, "HELD_AT_A_TIME", 12)
    wanted = [b"%d" % number for number in range(40)]
    for body in wanted:
        await post.put(COMMANDS_DEAD, body)
    async with redriving(amqp_url) as office:
        assert await redrive(amqp_url, office, b"3", b"4", b"30") == wanted
    assert bodies(await post.taken(COMMANDS, 3)) == [b"3", b"4", b"30"]
    assert bodies(await post.taken(COMMANDS_DEAD, 37)) == [b for b in wanted if b not in (b"3", b"4", b"30")]


async def test_a_crash_before_the_letter_is_off_repeats_it_and_loses_none(amqp_url: str, post: Post) -> None:
    def die(letter: Letter) -> None:
        if letter.message.body == b"second":
            raise ZeroDivisionError("killed here")

    for body in (b"first", b"second", b"third"):
        await post.put(COMMANDS_DEAD, body)
    async with redriving(amqp_url, sent=die) as office:
        with pytest.raises(ZeroDivisionError):
            await redrive(amqp_url, office, b"first", b"second", b"third")
    await post.holds(COMMANDS_DEAD, 2)
    async with redriving(amqp_url) as office:
        assert await redrive(amqp_url, office, b"second", b"third") == [b"second", b"third"]
    assert bodies(await post.taken(COMMANDS, 4)) == [b"first", b"second", b"second", b"third"]
    await post.holds(COMMANDS_DEAD, 0)


async def test_what_comes_meanwhile_is_left_alone(amqp_url: str, post: Post) -> None:
    await post.put(COMMANDS_DEAD, b"old")
    async with (
        await aio_pika.connect(amqp_url) as connection,
        pile.opened(connection, COMMANDS_DEAD) as letters,
        redriving(amqp_url) as office,
    ):
        async for letter in letters.letters():
            assert letter.message.body == b"old"
            await post.put(COMMANDS_DEAD, b"new")
            await office.to(COMMANDS, letter)
    assert bodies(await post.taken(COMMANDS, 1)) == [b"old"]
    assert bodies(await post.taken(COMMANDS_DEAD, 1)) == [b"new"]


async def test_what_another_reader_took_is_not_waited_for(amqp_url: str, post: Post) -> None:
    for body in (b"theirs", b"mine"):
        await post.put(COMMANDS_DEAD, body)
    async with (
        await aio_pika.connect(amqp_url) as other,
        await aio_pika.connect(amqp_url) as connection,
        pile.opened(connection, COMMANDS_DEAD) as letters,
    ):
        theirs = await (await (await other.channel()).get_queue(COMMANDS_DEAD)).get()
        assert theirs is not None
        assert letters.count == 2
        assert [letter.message.body async for letter in letters.letters()] == [b"mine"]


async def test_a_letter_that_came_through_a_delay_goes_through_the_next_one(amqp_url: str, post: Post) -> None:
    await post.put(retry_queue(1), b"a job", headers={"x-version": 1})
    jobs = await post.channel.get_queue(JOBS)
    await post.holds(JOBS, 1)
    came = await jobs.get()
    assert came is not None
    await came.reject(requeue=False)
    await post.holds(JOBS_DEAD, 1)
    async with redriving(amqp_url) as office:
        await redrive(amqp_url, office, b"a job", dead=JOBS_DEAD, to=JOBS)
    (again,) = await post.taken(JOBS, 1)
    assert not any("death" in name for name in again.headers)
    await post.put(retry_queue(1), again.body, headers=again.headers)
    assert bodies(await post.taken(JOBS, 1)) == [b"a job"]


async def test_its_batch_is_told_once_it_is_at_work(amqp_url: str, post: Post) -> None:
    batch = new_id()
    cancel, submit = (orjson.dumps({"batch_id": str(batch), "n": number}) for number in range(2))
    await post.put(COMMANDS_DEAD, submit, headers=BURIED, type="batch.submit", message_id="m-0")
    await post.put(
        COMMANDS_DEAD, cancel, headers=BURIED, type="batch.cancel", message_id="m-1", correlation_id="c\x00-1"
    )
    async with redriving(amqp_url, why="mended") as office:
        await redrive(amqp_url, office, cancel, submit)
    (told,) = await post.taken(events_queue(0), 1)
    (fact,) = map(Fact.from_cloudevent, orjson.loads(told.body))
    assert fact.event == BatchDeadLetterRedriven(queue=COMMANDS_DEAD, reason="bug; put back: mended")
    assert (fact.batch_id, fact.source, fact.correlation_id, fact.causation_id) == (batch, "test", "c-1", "m-1")
    await post.holds(COMMANDS, 2)


async def test_a_line_that_breaks_in_the_middle_is_told_and_loses_none(amqp_url: str, post: Post) -> None:
    for body in (b"first", b"second", b"third"):
        await post.put(COMMANDS_DEAD, body)

    async def go_through(line: Line) -> None:
        async with await aio_pika.connect(line.url) as connection, pile.opened(connection, COMMANDS_DEAD) as letters:
            async for letter in letters.letters():
                line.cut()
                await letter.message.ack()

    async with Line(amqp_url).laid() as line:
        with pytest.raises(GONE):
            await go_through(line)
    assert bodies(await post.taken(COMMANDS_DEAD, 3)) == [b"first", b"second", b"third"]


async def test_what_no_queue_takes_stays_where_it_is(amqp_url: str, post: Post) -> None:
    await post.put(COMMANDS_DEAD, b"a letter")
    async with redriving(amqp_url) as office:
        with pytest.raises(Transient, match="no queue takes"):
            await redrive(amqp_url, office, b"a letter", to="heatstream.nowhere")
        assert office.possible
    await post.holds(COMMANDS_DEAD, 1)
