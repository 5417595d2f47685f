from __future__ import annotations

import asyncio
import hashlib
import itertools
from typing import TYPE_CHECKING
from uuid import UUID

import httpx2
import orjson
import pytest

from schema.commands import SubmitBatch
from schema.errors import Transient
from schema.views import SubmittedView
from services.runtime.publisher import Publisher
from tests.integration.api.forms import GOOD, LINK, PDF, Form, kept, pdf, refusal, text, until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from aio_pika import Message

    from tests.integration.api.conftest import Sent, Serve

REFUSED_FORMS: list[tuple[Form, tuple[int, str]]] = [
    ([text("swimmer", "Maya"), pdf(b"<html>not a sheet</html>")], (422, "not-a-pdf")),
    ([*GOOD, pdf(b"", "empty.pdf")], (422, "not-a-pdf")),
    ([*GOOD, text("pdfs", LINK)], (422, "not-a-pdf")),
    ([*GOOD, pdf(PDF + b"x" * 1_000_000)], (413, "pdf-too-large")),
    ([text("swimmer", "Maya")], (422, "empty-batch")),
    ([text("swimmer", "Maya"), text("urls", " \n ")], (422, "empty-batch")),
    ([text("swimmer", "Maya"), ("pdfs", ("", b"", "application/octet-stream"))], (422, "empty-batch")),
    ([pdf()], (422, "name-missing")),
    ([pdf(), text("swimmer", "  ")], (422, "name-blank")),
    ([pdf(), text("swimmer", "x" * 256)], (422, "name-too-long")),
    ([pdf(), text("swimmer", b"\xff\xfe")], (400, "bad-encoding")),
    ([*GOOD, text("swimmer", "LINDQVIST, Maya")], (422, "swimmer-twice")),
    ([*GOOD, *[text("swimmer", f"Maya {number}") for number in range(8)]], (422, "too-many-swimmers")),
    ([*GOOD, *[pdf()] * 3], (422, "too-many-files")),
    ([*GOOD, text("urls", f"{LINK}\n" * 3)], (422, "too-many-files")),
    ([*GOOD, text("urls", "javascript:alert(1)")], (422, "bad-url")),
    ([*GOOD, text("notification_email", "me")], (422, "bad-email")),
    ([*GOOD, text("notification_email", "parent@example.org")], (409, "mail-off")),
    ([*GOOD, text("password", "x")], (422, "unknown-field")),
    ([*GOOD, text("urls", "x" * 300_000)], (413, "field-too-large")),
    ([*GOOD, ("swimmer\r\nX: y", (None, "x"))], (422, "unknown-field")),
]
REFUSED_BODIES: list[tuple[str, bytes, tuple[int, str]]] = [
    ("text/plain", b"hello", (415, "unsupported-media-type")),
    ("", b"", (415, "unsupported-media-type")),
    ("application/json", b"{", (400, "bad-json")),
    ("application/json", b" " * 300_000, (413, "body-too-large")),
    ("multipart/form-data", b"x", (400, "broken-multipart")),
    ("multipart/form-data; boundary=cut", b"--cut\r\n", (400, "broken-multipart")),
    ("multipart/form-data; boundary=cut", b"--other--\r\n", (400, "broken-multipart")),
    ("multipart/form-data; boundary=cut", b"--cut\r\nX: " + b"y" * 100_000, (400, "broken-multipart")),
    ("multipart/form-data; boundary=cut", b"", (400, "broken-multipart")),
]


async def test_files_and_links_become_one_command(serve: Serve, sent: Sent, blob_path: Path) -> None:
    form = [
        text("urls", f"{LINK}?1\r\n\r\n {LINK}?2 "),
        pdf(PDF, "../Müller.pdf"),
        text("swimmer", " Maya Lindqvist "),
        text("urls", LINK),
        pdf(PDF + b"2", "b.pdf"),
        text("notification_email", "parent@example.org"),
    ]
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    headers = {"X-Request-Id": "from-a-test", "traceparent": trace, "X-Forwarded-For": "203.0.113.9"}
    async with serve(smtp_url="smtp://127.0.0.1:25") as api:
        answer = await api.post("/api/batches", files=form, headers=headers)

    assert answer.status_code == 202
    view = SubmittedView.model_validate_json(answer.content)
    assert answer.headers["location"] == view.url == f"/api/batches/{view.batch_id}"
    message = await sent.next()
    command = SubmitBatch.model_validate_json(message.body)
    checksums = [hashlib.blake2b(whole, digest_size=16).hexdigest() for whole in (PDF, PDF + b"2")]
    assert command.model_dump(mode="json") == {
        "batch_id": str(view.batch_id),
        "swimmer_name": "Maya Lindqvist",
        "sources": [
            {"source_type": "url", "url": f"{LINK}?1"},
            {"source_type": "url", "url": f"{LINK}?2"},
            {"source_type": "file", "checksum": checksums[0], "filename": "Müller.pdf"},
            {"source_type": "url", "url": LINK},
            {"source_type": "file", "checksum": checksums[1], "filename": "b.pdf"},
        ],
        "client_ip": "127.0.0.1",
        "notification_email": "parent@example.org",
    }
    assert (message.type, message.routing_key, message.app_id) == ("batch.submit", "batch.submit", "heatstream-api")
    assert (message.content_type, message.delivery_mode) == ("application/json", 2)
    assert (message.correlation_id, message.headers["traceparent"]) == ("from-a-test", trace)
    assert message.headers["x-version"] == 1
    assert message.timestamp is not None
    assert [UUID(message.message_id or "").version, view.batch_id.version] == [7, 7]
    assert kept(blob_path) == {f"pdfs/{checksum}" for checksum in checksums}


async def test_the_same_request_under_the_same_key_is_the_same_batch(api: httpx2.AsyncClient, sent: Sent) -> None:
    async def submit(swimmer: str, key: str) -> str:
        answer = await api.post(
            "/api/batches", json={"swimmer": swimmer, "urls": [LINK]}, headers={"Idempotency-Key": key}
        )
        assert answer.status_code == 202, answer.text
        assert (await sent.next()).type == "batch.submit"
        return str(answer.json()["batch_id"])

    first = await submit("Maya", "key-1")
    assert await submit("Maya", "key-1") == first
    assert len({first, await submit("Maya", "key-2"), await submit("Ida", "key-1")}) == 3
    refused = await api.post(
        "/api/batches", json={"swimmer": "Maya", "urls": [LINK]}, headers={"Idempotency-Key": "two words"}
    )
    assert refusal(refused) == (400, "bad-idempotency-key")


async def test_several_swimmers_are_a_batch_each_over_the_same_bytes(
    api: httpx2.AsyncClient, sent: Sent, blob_path: Path
) -> None:
    answer = await api.post("/api/batches", files=[*GOOD, text("swimmer", "Ida Lindqvist"), pdf(PDF + b"2")])
    assert answer.status_code == 202, answer.text
    view = SubmittedView.model_validate_json(answer.content)
    assert [batch.swimmer for batch in view.batches] == ["Maya Lindqvist", "Ida Lindqvist"]
    assert [batch.url for batch in view.batches] == [f"/api/batches/{batch.batch_id}" for batch in view.batches]
    assert answer.headers["location"] == view.url == view.batches[0].url
    commands = [SubmitBatch.model_validate_json((await sent.next()).body) for _ in view.batches]
    assert {command.batch_id: command.swimmer_name for command in commands} == {
        batch.batch_id: batch.swimmer for batch in view.batches
    }
    assert commands[0].sources == commands[1].sources
    assert len(kept(blob_path)) == 2


async def test_one_swimmer_is_answered_as_several_are(api: httpx2.AsyncClient) -> None:
    said = (await api.post("/api/batches", json={"swimmers": ["Maya"], "urls": [LINK]})).json()
    (batch,) = said.pop("batches")
    assert batch == {"swimmer": "Maya", **said}


@pytest.mark.parametrize("has_arrived", [False, True])
async def test_a_confirm_that_fails_in_the_middle_and_a_retry_make_each_batch_once(
    api: httpx2.AsyncClient, sent: Sent, monkeypatch: pytest.MonkeyPatch, *, has_arrived: bool
) -> None:
    publish, calls = Publisher.publish, itertools.count(1)

    async def fails_once(self: Publisher, exchange: str, key: str, message: Message) -> None:
        fails = next(calls) == 2
        if has_arrived or not fails:
            await publish(self, exchange, key, message)
        if fails:
            raise Transient("the line was cut before the confirm")

    monkeypatch.setattr(Publisher, "publish", fails_once)
    ask = {"swimmers": ["Maya", "Ida", "Leo"], "urls": [LINK]}
    headers = {"Idempotency-Key": "siblings-1"}
    refused = await api.post("/api/batches", json=ask, headers=headers)
    assert refusal(refused) == (503, "broker-unavailable")
    taken = await api.post("/api/batches", json=ask, headers=headers)
    assert taken.status_code == 202
    batches = {batch.batch_id: batch.swimmer for batch in SubmittedView.model_validate_json(taken.content).batches}
    assert sorted(batches.values()) == ["Ida", "Leo", "Maya"]
    arrived = [SubmitBatch.model_validate_json((await sent.next()).body) for _ in range(6 if has_arrived else 5)]
    assert {command.batch_id: command.swimmer_name for command in arrived} == batches


async def test_json_becomes_a_command_too(api: httpx2.AsyncClient, sent: Sent) -> None:
    answer = await api.post("/api/batches", json={"swimmer": "Maya Lindqvist", "urls": [LINK]})
    assert answer.status_code == 202
    message = await sent.next()
    assert orjson.loads(message.body)["sources"] == [{"source_type": "url", "url": LINK}]
    assert "traceparent" not in message.headers


async def test_a_refusal_has_a_name_and_leaves_nothing(
    serve: Serve, sent: Sent, blob_path: Path, subtests: pytest.Subtests
) -> None:
    async with serve(max_pdfs=3, max_pdf_mb=1) as api:
        for number, (form, wanted) in enumerate(REFUSED_FORMS):
            with subtests.test(wanted[1], number=number):
                assert refusal(await api.post("/api/batches", files=form)) == wanted
                assert kept(blob_path) == set()
        for number, (content_type, body, wanted) in enumerate(REFUSED_BODIES):
            with subtests.test(wanted[1], number=number):
                headers = {"Content-Type": content_type}
                assert refusal(await api.post("/api/batches", content=body, headers=headers)) == wanted
                assert kept(blob_path) == set()
        answer = await api.post("/api/batches", files=GOOD)
        assert orjson.loads((await sent.next()).body)["batch_id"] == answer.json()["batch_id"]


async def test_a_body_is_bounded_whether_its_length_is_told_or_not(serve: Serve, blob_path: Path) -> None:
    async def endless() -> AsyncIterator[bytes]:
        yield b'--cut\r\nContent-Disposition: form-data; name="pdfs"; filename="a.pdf"\r\n\r\n' + PDF + b"\r\n--cut--"
        for _ in range(40):
            yield b"epilogue" * 8_000

    headers = {"Content-Type": "multipart/form-data; boundary=cut"}
    async with serve(max_pdfs=1, max_pdf_mb=1) as api:
        told = await api.post("/api/batches", content=b"x" * 2_000_001, headers=headers)
        untold = await api.post("/api/batches", content=endless(), headers=headers)
    assert refusal(told) == refusal(untold) == (413, "body-too-large")
    assert kept(blob_path) == set()


async def test_an_upload_that_breaks_off_leaves_nothing(api: httpx2.AsyncClient, blob_path: Path) -> None:
    reader, writer = await asyncio.open_connection(api.base_url.host, api.base_url.port)
    part = b'--cut\r\nContent-Disposition: form-data; name="pdfs"; filename="a.pdf"\r\n\r\n' + PDF + b"\r\n"
    writer.write(
        b"POST /api/batches HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=cut\r\n"
        b"Content-Length: 900000\r\n\r\n" + part + part[:-900]
    )
    await until(lambda: bool(kept(blob_path)))
    writer.transport.abort()
    await until(lambda: not kept(blob_path))
    assert await reader.read() == b""


async def test_a_broken_request_does_not_hurt_the_next(api: httpx2.AsyncClient) -> None:
    for length in (b"5000", b"-1", b"x", b"5000, 5000"):
        _, writer = await asyncio.open_connection(api.base_url.host, api.base_url.port)
        writer.write(
            b"POST /api/batches HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=cut\r\n"
            b"Content-Length: " + length + b"\r\n\r\n--cut\r\n"
        )
        await writer.drain()
        writer.close()
        assert (await api.get("/health/live")).status_code == 200


async def test_what_is_not_there_is_a_problem_too(api: httpx2.AsyncClient) -> None:
    assert refusal(await api.get("/nowhere")) == (404, "not-found")
    answer = await api.delete("/api/batches")
    assert refusal(answer) == (405, "method-not-allowed")
    assert answer.headers["allow"] == "POST"
    assert (await api.get("/")).json()["addresses"]["submit"] == "POST /api/batches"
