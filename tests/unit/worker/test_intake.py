from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schema.commands import COMMANDS, FileSource, SubmitBatch
from services.worker.intake import MOST_BYTES, Unreadable, read
from services.worker.origin import Origin

if TYPE_CHECKING:
    from aio_pika.abc import AbstractIncomingMessage

BATCH = "01920000-0000-7000-8000-000000000001"
SUBMIT: dict[str, Any] = {
    "batch_id": BATCH,
    "swimmer_name": "Nora Quill",
    "sources": [{"source_type": "file", "checksum": "0" * 32, "filename": "sheet.pdf"}],
}


@dataclass
class Wire:
    """What `read` and `Origin` look at of an AMQP message."""

    body: bytes
    type: str | None = "batch.submit"
    headers: dict[str, Any] = field(default_factory=dict)
    message_id: str | None = "m-1"
    correlation_id: str | None = None


def wire(body: object, **properties: Any) -> AbstractIncomingMessage:  # noqa: ANN401 - properties of many types
    content = body if isinstance(body, bytes) else orjson.dumps(body)
    return cast("AbstractIncomingMessage", Wire(content, **properties))


def refusal(body: object, **properties: Any) -> Unreadable:  # noqa: ANN401 - as `wire`
    with pytest.raises(Unreadable) as refused:
        read(wire(body, **properties), COMMANDS)
    return refused.value


def test_a_command_is_read() -> None:
    assert read(wire(SUBMIT), COMMANDS) == SubmitBatch(
        batch_id=UUID(BATCH),
        swimmer_name="Nora Quill",
        sources=(FileSource(checksum="0" * 32, filename="sheet.pdf"),),
    )


def test_version_one_may_be_said_or_left_out() -> None:
    assert read(wire(SUBMIT, headers={"x-version": 1}), COMMANDS)


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"nan", b'{"a": 1} x', b"[" * 5000])
def test_what_is_not_json_is_named_so(body: bytes) -> None:
    assert refusal(body).reason == "not_json"


@pytest.mark.parametrize("name", [None, "", "batch.submitted", "BATCH.SUBMIT", "schema.commands.SubmitBatch"])
def test_an_unknown_type_is_named_so(name: str | None) -> None:
    assert refusal(SUBMIT, type=name).reason == "unknown_type"


def test_a_future_version_is_named_so() -> None:
    assert refusal(SUBMIT, headers={"x-version": 2}).reason == "future_version"


@pytest.mark.parametrize("version", ["1", 0, -1, None, 1.5])
def test_a_version_that_is_none_is_a_bad_field(version: object) -> None:
    assert refusal(SUBMIT, headers={"x-version": version}).reason == "bad_fields"


def test_a_long_message_is_not_even_parsed() -> None:
    assert refusal(b" " * (MOST_BYTES + 1)).reason == "too_long"


@pytest.mark.parametrize("body", [None, 1, "text", [], [SUBMIT]])
def test_json_that_is_no_object_is_a_bad_body(body: object) -> None:
    refused = refusal(body)
    assert refused.reason == "bad_fields"
    assert [error.field for error in refused.errors] == ["body"]


def test_every_wrong_field_is_named() -> None:
    sources = [*SUBMIT["sources"], {"source_type": "fax"}]
    refused = refusal({**SUBMIT, "batch_id": "Nora", "swimmer_name": "  ", "sources": sources})
    assert {error.field for error in refused.errors} == {"batch_id", "swimmer_name", "sources.1"}


@given(st.text(st.characters(codec="ascii", categories=["L"]), min_size=6, max_size=20).map(lambda text: f"Zq{text}"))
def test_no_value_of_a_field_is_in_what_is_logged(secret: str) -> None:
    bad = [
        {**SUBMIT, "swimmer_name": [secret]},
        {**SUBMIT, "batch_id": secret},
        {**SUBMIT, "sources": [{"source_type": secret}]},
        {**SUBMIT, "sources": [{"source_type": "url", "url": secret}]},
        {**SUBMIT, "sources": secret},
        {**SUBMIT, secret: secret},
        {**SUBMIT, "client_ip": f"-{secret}"},
        {**SUBMIT, "notification_email": secret},
        secret,
    ]
    for body in bad:
        assert secret not in str(refusal(body))


def test_the_origin_is_the_request_at_the_start_of_the_chain() -> None:
    trace = f"00-{'a' * 32}-{'b' * 16}-01"
    origin = Origin.of(wire(b"", message_id="m-7", correlation_id="c-1", headers={"traceparent": trace}))
    assert origin == Origin(correlation_id="c-1", causation_id="m-7", traceparent=trace)
    assert Origin.of(wire(b"", message_id="m-7")).correlation_id == "m-7"


@pytest.mark.parametrize("trace", ["", "x", b"00", 7, None])
def test_an_origin_that_no_event_may_carry_is_left_out(trace: object) -> None:
    origin = Origin.of(wire(b"", message_id="m\x00", correlation_id="c\x00", headers={"traceparent": trace}))
    assert origin == Origin(None, None, None)
