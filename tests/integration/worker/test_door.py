"""Every command at the broker's door: answered, each of its fields named that is wrong, and asked twice done once."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import orjson
import pytest
from jsonschema import Draft7Validator, Draft202012Validator
from pydantic import SecretStr

from schema.commands import COMMANDS
from schema.json_schemas import json_schemas
from services.runtime.asyncapi.document import asyncapi
from services.runtime.clock import new_id
from services.runtime.topology import COMMANDS_DEAD, EVENTS
from services.worker.worker import working
from tests.conftest import TOPOLOGY
from tests.contract.documents import golden
from tests.integration.projector.rig import projecting
from tests.integration.projector.rig import rigged as looking
from tests.integration.web import response
from tests.integration.worker.rig import PDF

if TYPE_CHECKING:
    from aio_pika.abc import AbstractIncomingMessage

    from services.worker.settings import WorkerSettings
    from tests.integration.web import Web
    from tests.integration.worker.rig import Rig

BATCH = "01920000-0000-7000-8000-000000000001"
SHEET = {"source_type": "url", "url": "ftp://x"}
#: What is sent, and every field that is wrong with it.
WRONG: dict[str, tuple[dict[str, Any], list[str]]] = {
    "batch.submit": (
        {
            "batch_id": 7,
            "swimmer_name": " ",
            "sources": [{"source_type": "fax"}, {}, SHEET, {"source_type": "file", "checksum": "x"}],
            "client_ip": "here",
            "notification_email": "parent",
            "hurry": True,
        },
        [
            "batch_id",
            "swimmer_name",
            "sources.0",
            "sources.1",
            "sources.2.url",
            "sources.3.checksum",
            "sources.3.filename",
            "client_ip",
            "notification_email",
            "hurry",
        ],
    ),
    "batch.cancel": ({"batch_id": "x", "why": "rain"}, ["batch_id", "why"]),
    "batch.retry": ({"batch_id": BATCH, "job_ids": ["a", BATCH, "c"]}, ["job_ids.0", "job_ids.2"]),
    "batch.notify": ({"email": "parent"}, ["batch_id", "email"]),
    "batch.expire": ({}, ["batch_id"]),
}
FORMATS = Draft202012Validator.FORMAT_CHECKER
DOCUMENT = asyncapi(TOPOLOGY, "0", golden())


def followed(message: AbstractIncomingMessage, name: str) -> None:
    """The properties and the body of a message are as AsyncAPI has it."""
    described = DOCUMENT["components"]["messages"][name]
    properties = {
        name: value for name in described["x-amqp-properties"]["properties"] if (value := getattr(message, name))
    }
    Draft7Validator(described["x-amqp-properties"]).validate(properties)
    assert message.content_type == described["contentType"]
    payload = {**described["payload"], "components": DOCUMENT["components"]}
    Draft7Validator(payload, format_checker=FORMATS).validate(orjson.loads(message.body))


@pytest.mark.usefixtures("worker")
@pytest.mark.parametrize("name", COMMANDS)
async def test_a_command_is_rejected_with_every_field_that_is_wrong(name: str, rig: Rig) -> None:
    body, wrong = WRONG[name]
    schema = Draft202012Validator(json_schemas()[f"{name}.1"], format_checker=FORMATS)
    assert not schema.is_valid(body)
    await rig.send(body, key=name, type=name, correlation_id="c-1")
    message = await rig.next_of(rig.answers)
    followed(message, "rejected")
    answer = orjson.loads(message.body)
    assert (answer["reason"], [error["field"] for error in answer["errors"]]) == ("bad_fields", wrong)
    assert not [error for error in answer["errors"] if error["message"].startswith(("Input", "String", "Tuple"))]
    assert message.correlation_id == "c-1"
    assert (await rig.dead(COMMANDS_DEAD)).headers["x-reason"] == "bad_fields"


@pytest.mark.usefixtures("worker")
async def test_what_is_on_the_wire_is_what_the_contract_says(rig: Rig, web: Web) -> None:
    web.pages["/day1.pdf"] = response(PDF)
    tap = await rig.channel.declare_queue(exclusive=True)
    await tap.bind(EVENTS, "0")
    batch_id = await rig.submit({"source_type": "url", "url": web.url("/day1.pdf")}, {**SHEET, "url": web.url("/none")})
    followed(await rig.next_of(rig.answers), "accepted")
    await rig.until_over(batch_id, jobs=2)
    left = {"batch.submitted", "job.stage_entered", "job.completed", "job.failed"}
    async with tap.iterator(no_ack=True, timeout=40) as messages:
        async for message in messages:
            followed(message, "events")
            left -= {event["type"] for event in orjson.loads(message.body)}
            if not left:
                break


async def test_each_command_asked_twice_is_answered_twice_and_done_once(
    rig: Rig, settings: WorkerSettings, database_url: str, web: Web
) -> None:
    amqp_url = settings.amqp_url.get_secret_value()
    mails = {"mail_from": "swims@swims.example", "public_url": "https://swims.example"}
    settings = settings.model_copy(update={"smtp_url": SecretStr("smtp://127.0.0.1:1"), **mails})
    batch_id = new_id()

    async def twice(name: str, **fields: object) -> set[str]:
        for _ in range(2):
            await rig.send({"batch_id": str(batch_id), **fields}, key=name, type=name)
        async with asyncio.timeout(40):
            return {(await rig.answer())["status"] for _ in range(2)}

    async with (
        looking(amqp_url, database_url) as tables,
        projecting(amqp_url, database_url),
        working(settings, rig.reader),
    ):
        links = [{"source_type": "url", "url": web.url("/day1.pdf")}]
        assert await twice("batch.submit", swimmer_name="Nora Quill", sources=links) == {"accepted"}
        await tables.until("SELECT status FROM processing_batches", "failed")
        web.pages["/day1.pdf"] = web.stuck
        assert "accepted" in await twice("batch.retry")  # the second one may find that nothing is failed any more
        await tables.until("SELECT status FROM batch_jobs", "downloading")
        assert await twice("batch.cancel") == {"accepted"}
        await tables.until("SELECT status FROM processing_batches", "cancelled")
        assert await twice("batch.notify", email="parent@example.org") == {"accepted"}
        await tables.until("SELECT notification_email FROM processing_batches", "parent@example.org")
        # Before it is forgotten, because that empties the log of what it says.
        done = "SELECT type, count(*) FROM batch_events WHERE type LIKE 'batch.%' GROUP BY type ORDER BY type"
        assert await twice("batch.expire") == {"accepted"}
        once = [
            "cancelled",
            "completed",
            "expired",
            "notification_requested",
            "retry_requested",
            "started",
            "submitted",
        ]
        await tables.until(done, *((f"batch.{what}", 1) for what in once))
