from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import orjson
import pytest

from schema.errors import Transient
from services.worker.commands import Commands
from services.worker.intake import Unreadable

if TYPE_CHECKING:
    from aio_pika import Message

    from schema.commands import SubmitBatch
    from services.worker.origin import Origin

BATCH = "01920000-0000-7000-8000-000000000001"
LINK = {"source_type": "url", "url": "https://example.com/sheet.pdf"}
SUBMIT = orjson.dumps({"batch_id": BATCH, "swimmer_name": "Nora Quill", "sources": [LINK]})


class Broker:
    """Keeps what is published, or loses it all."""

    def __init__(self, *, away: bool = False) -> None:
        self.away = away
        self.published: list[tuple[str, str, Any]] = []

    async def publish(self, exchange: str, key: str, message: Message) -> None:
        if self.away:
            raise Transient("no queue takes it")
        self.published.append((exchange, key, orjson.loads(message.body)))


async def handle(
    broker: Broker, body: bytes = SUBMIT, reply_to: str | None = "answers", failure: Exception | None = None
) -> list[str]:
    """Give a command to its handler; returns the batches that were handled."""
    handled: list[str] = []

    async def submit(command: SubmitBatch, _: Origin) -> None:
        handled.append(str(command.batch_id))
        if failure is not None:
            raise failure

    message = SimpleNamespace(
        body=body, type="batch.submit", headers={}, message_id="m-1", correlation_id=None, reply_to=reply_to
    )
    await Commands({"batch.submit": submit}, cast("Any", broker))(cast("Any", message))
    return handled


async def test_who_asks_is_answered() -> None:
    broker = Broker()
    await handle(broker)
    assert broker.published == [("", "answers", {"status": "accepted", "batch_id": BATCH})]


@pytest.mark.parametrize("reply_to", [None, "", "heatstream.jobs", "heatstream.events.0"])
async def test_nobody_is_answered_who_did_not_ask_and_none_of_our_own_queues(reply_to: str | None) -> None:
    broker = Broker()
    assert await handle(broker, reply_to=reply_to) == [BATCH]
    assert broker.published == []


async def test_an_answer_that_is_lost_does_not_repeat_the_work() -> None:
    assert await handle(Broker(away=True)) == [BATCH]


async def test_a_refusal_is_answered_and_then_raised() -> None:
    broker = Broker()
    with pytest.raises(Unreadable):
        await handle(broker, b"{")
    ((_, _, answer),) = broker.published
    assert (answer["status"], answer["reason"]) == ("rejected", "not_json")


async def test_a_refusal_whose_answer_is_lost_is_still_raised() -> None:
    with pytest.raises(Unreadable):
        await handle(Broker(away=True), b"{")


@pytest.mark.parametrize(("failure", "reasons"), [(LookupError("Nora Quill"), ["fault"]), (Transient("away"), [])])
async def test_a_bug_is_answered_without_its_words_and_then_raised(failure: Exception, reasons: list[str]) -> None:
    broker = Broker()
    with pytest.raises(type(failure)):
        await handle(broker, failure=failure)
    assert [answer["reason"] for _, _, answer in broker.published] == reasons
    assert "Quill" not in str(broker.published)
