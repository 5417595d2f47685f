from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import orjson
import pytest

from schema.events import BatchSubmitted
from schema.identity import job_id
from services.runtime.clock import new_id
from services.runtime.topology import COMMANDS_DEAD
from tests.integration.worker.recorded import LINK, record_submit
from tests.integration.worker.rig import PDF, Rig

if TYPE_CHECKING:
    from aio_pika.abc import AbstractIncomingMessage

pytestmark = pytest.mark.usefixtures("worker")
TRACE = f"00-{'a' * 32}-{'b' * 16}-01"


def submit(**changes: object) -> dict[str, Any]:
    return {"batch_id": str(new_id()), "swimmer_name": "Nora Quill", "sources": [LINK], **changes}


async def test_a_submit_becomes_a_batch_and_its_jobs(rig: Rig) -> None:
    batch_id = await rig.submit(await rig.upload(PDF), LINK)
    facts = await rig.until_over(batch_id, jobs=2)
    assert isinstance(facts[0].event, BatchSubmitted)
    assert [job.job_id for job in facts[0].event.jobs] == [job_id(batch_id, 1), job_id(batch_id, 2)]
    assert await rig.answer() == {"status": "accepted", "batch_id": str(batch_id)}


async def test_the_chain_of_causes_is_carried(rig: Rig) -> None:
    command = submit()
    await rig.send(command, message_id="the-command", correlation_id="the-request", headers={"traceparent": TRACE})
    facts = await rig.until(lambda facts: len(facts) > 2)
    assert {fact.correlation_id for fact in facts} == {"the-request"}
    assert {fact.traceparent for fact in facts} == {TRACE}
    assert facts[0].causation_id == "the-command"
    assert facts[1].causation_id != "the-command"


async def test_a_submit_that_comes_twice_makes_the_same_jobs(rig: Rig) -> None:
    command = submit(sources=[await rig.upload(PDF), await rig.upload(PDF + b"2")])
    await rig.send(command)
    await rig.send(command)
    facts = await rig.until(lambda facts: sum(fact.event.TYPE == "job.completed" for fact in facts) == 4)
    jobs = [fact.event.jobs for fact in facts if isinstance(fact.event, BatchSubmitted)]
    assert len(jobs) == 2
    assert jobs[0] == jobs[1]


BAD: list[tuple[str, object, dict[str, Any], str]] = [
    ("not_json", b"{", {}, "body"),
    ("not_json", b"\xff\x00", {}, "body"),
    ("unknown_type", submit(), {"type": "batch.explode"}, "type"),
    ("unknown_type", submit(), {"type": None}, "type"),
    ("future_version", submit(), {"headers": {"x-version": 2}}, "x-version"),
    ("bad_fields", submit(swimmer_name="   "), {}, "swimmer_name"),
    ("bad_fields", submit(swimmer_name="N" * 256), {}, "swimmer_name"),
    ("bad_fields", submit(sources=[]), {}, "sources"),
    ("bad_fields", submit(sources=[LINK] * 4), {}, "sources"),
    ("bad_fields", submit(sources=[{"source_type": "url", "url": "ftp://x"}]), {}, "sources.0.url"),
    ("bad_fields", submit(batch_id="7"), {}, "batch_id"),
    ("bad_fields", submit(hurry=True), {}, "hurry"),
    ("bad_fields", {}, {}, "batch_id"),
    ("bad_fields", [], {}, "body"),
]


async def test_bad_commands_are_set_aside_one_by_one_and_the_next_is_handled(rig: Rig) -> None:
    for number, (reason, body, properties, field) in enumerate(BAD):
        await rig.send(body, message_id=f"bad-{number}", **properties)
        answer = await rig.answer()
        assert (answer["status"], answer["reason"]) == ("rejected", reason), BAD[number]
        assert field in [error["field"] for error in answer["errors"]]
        dead = await rig.dead(COMMANDS_DEAD)
        assert (dead.message_id, dead.headers["x-reason"]) == (f"bad-{number}", reason)
        assert dead.body == (body if isinstance(body, bytes) else orjson.dumps(body))
    await rig.until_over(await rig.submit(LINK))


async def test_no_name_is_in_the_headers_of_what_is_set_aside(rig: Rig) -> None:
    await rig.send(submit(swimmer_name=["Nora Quill"], **{"Nora Quill": 1}, client_ip="Nora Quill"))
    dead = await rig.dead(COMMANDS_DEAD)
    assert "Quill" not in str(dead.headers)


async def test_an_answer_goes_to_who_asked_and_says_to_what(rig: Rig) -> None:
    await rig.send(submit(), message_id="m-1")
    assert (await rig.next_of(rig.answers)).correlation_id == "m-1"
    await rig.send(b"{", message_id="m-2", correlation_id="c-2")
    assert (await rig.next_of(rig.answers)).correlation_id == "c-2"


async def test_an_answer_to_nobody_does_not_repeat_the_work(rig: Rig) -> None:
    await rig.send(submit(), reply_to="a-queue-that-is-gone")
    await rig.send(submit(), reply_to="heatstream.jobs")
    batch_id = await rig.submit(LINK)
    await rig.until_over(batch_id)
    assert sum(isinstance(fact.event, BatchSubmitted) for fact in rig.facts) == 3


async def test_the_brokers_direct_reply_to_works(rig: Rig) -> None:
    came: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

    async def take(message: AbstractIncomingMessage) -> None:
        came.set_result(message.body)

    pseudo = await rig.channel.get_queue("amq.rabbitmq.reply-to", ensure=False)
    await pseudo.consume(take, no_ack=True)
    await rig.send(submit(), reply_to="amq.rabbitmq.reply-to")
    assert orjson.loads(await asyncio.wait_for(came, 10))["status"] == "accepted"


async def test_a_batch_id_that_is_taken_is_refused(rig: Rig, database_url: str) -> None:
    batch_id = new_id()
    await record_submit(database_url, batch_id, "Nora Quill")
    await rig.submit(LINK, swimmer="Ada Reed", batch_id=batch_id)
    answer = await rig.answer()
    assert (answer["status"], answer["reason"]) == ("rejected", "batch_id_taken")
    assert (await rig.dead(COMMANDS_DEAD)).headers["x-reason"] == "batch_id_taken"
    assert not rig.facts


async def test_a_recorded_submit_that_comes_again_only_sends_its_jobs(rig: Rig, database_url: str) -> None:
    batch_id = new_id()
    await record_submit(database_url, batch_id, "Nora Quill")
    await rig.submit(LINK, batch_id=batch_id)
    facts = await rig.until_over(batch_id)
    assert "batch.submitted" not in [fact.event.TYPE for fact in facts]


async def test_an_expired_batch_does_not_come_back(rig: Rig, database_url: str) -> None:
    batch_id = new_id()
    await record_submit(database_url, batch_id, None)
    await rig.submit(LINK, batch_id=batch_id)
    assert (await rig.answer())["reason"] == "batch_id_taken"
