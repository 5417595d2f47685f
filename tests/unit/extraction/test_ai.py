from __future__ import annotations

import base64
import socket
import struct
import zlib
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Literal

import orjson
import pytest
from pydantic import SecretStr

from schema.errors import JobFault
from schema.extraction import ExtractionResult, Kind
from schema.states import ErrorCode, Stage
from services.runtime.clock import now
from services.worker.extraction import Sandbox
from services.worker.extraction.ai.asked import Question
from services.worker.extraction.ai.endpoint import Endpoint
from services.worker.extraction.ai.extractor import AiExtractor
from services.worker.extraction.ai.options import AiOptions
from tests.samples.hytek import sample
from tests.samples.meet import Options
from tests.samples.picture import scanned
from tests.unit.extraction.ai_server import MEET, SWIM, AiServer, ai_serving, raw, refused, said

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from schema.events import AiFile

CHECKSUM = "ab" * 16
ASKED = Question(b"%PDF-1.7", CHECKSUM, "Nora Quill")


@pytest.fixture
async def server() -> AsyncIterator[AiServer]:
    async with ai_serving() as serving:
        yield serving


@pytest.fixture
def options(server: AiServer) -> AiOptions:
    return AiOptions(base_url=server.url, model="reader", key=SecretStr("key"), seconds=20, file_hours=24)


@pytest.fixture(scope="module")
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox() as opened:
        yield opened


class Asking:
    """A job that asks, what it said of its stages, and what is recorded of its file."""

    def __init__(self, options: AiOptions, sandbox: Sandbox) -> None:
        self._options, self._sandbox = options, sandbox
        self.stages: list[Stage] = []
        self.files: list[AiFile] = []
        self.known: str | None = None

    async def enter(self, stage: Stage, sentence: str, ai_file: AiFile | None = None) -> None:
        assert "AI" in sentence
        self.stages.append(stage)
        if ai_file is not None:
            self.files.append(ai_file)

    async def known_file(self, checksum: str) -> str | None:
        assert checksum == CHECKSUM
        return self.known

    async def ask(self, asked: Question = ASKED) -> ExtractionResult:
        async with Endpoint(self._options) as endpoint:
            extractor = AiExtractor(endpoint, self._sandbox, self._options)
            return await extractor.extract(asked, self.known_file, self.enter)

    async def fault(self) -> JobFault:
        with pytest.raises(JobFault) as raised:
            await self.ask()
        return raised.value


@pytest.fixture
def asking(options: AiOptions, sandbox: Sandbox) -> Asking:
    return Asking(options, sandbox)


def codes(found: ExtractionResult) -> list[str]:
    return [warning.code for warning in found.warnings]


async def test_a_sheet_is_uploaded_and_its_swims_come_back(server: AiServer, asking: Asking) -> None:
    found = await asking.ask()

    assert (found.meet_name, found.swimmer_name, codes(found)) == ("Spring Open", "Nora Quill", ["read_by_ai"])
    (swim,) = found.events
    assert (swim.swimmer_name, swim.event_number, swim.heat_number, swim.lane) == ("Quill, Nora", "12", 3, 5)
    assert swim.heat_start_time == "09:35"
    assert asking.stages == [Stage.UPLOADING_TO_AI, Stage.EXTRACTING]
    assert server.uploads == [(f"{CHECKSUM}.pdf", ASKED.pdf)]
    assert server.keys == ["Bearer key"]
    (question,) = server.questions
    assert question["temperature"] == 0
    assert question["response_format"]["json_schema"]["strict"]
    assert "Nora Quill" in question["messages"][0]["content"][-1]["text"]
    (file,) = asking.files
    assert (file.file_id, file.file_checksum, file.file_size_bytes) == ("file-1", CHECKSUM, len(ASKED.pdf))
    assert timedelta(hours=23.9) < file.expires_at - now() < timedelta(hours=24.1)


@pytest.mark.parametrize("takes", ["pdf", "pictures"])
async def test_upload_and_question_are_one_turn_and_a_wait_for_it_is_said(
    server: AiServer, options: AiOptions, sandbox: Sandbox, takes: Literal["pdf", "pictures"]
) -> None:
    told, turns = list[tuple[Stage, str]](), list[str]()

    async def enter(stage: Stage, sentence: str, ai_file: AiFile | None = None) -> None:  # noqa: ARG001 - as it is called
        told.append((stage, sentence))

    async def unknown(_: str) -> None:
        return None

    @asynccontextmanager
    async def turn(waits: Callable[[], Awaitable[None]]) -> AsyncIterator[None]:
        assert (server.uploads, server.questions) == ([], [])
        await waits()
        yield
        turns.append(f"{len(server.uploads)} {len(server.questions)}")

    pdf = scanned(sample(Options(seed=3, events=8, heats=2, relays=False)).pdf)
    options = replace(options, takes=takes, pages=1)
    async with Endpoint(options) as endpoint:
        await AiExtractor(endpoint, sandbox, options, turn).extract(ASKED._replace(pdf=pdf), unknown, enter)

    assert turns == ["1 1" if takes == "pdf" else "0 1"]
    assert told.count((Stage.EXTRACTING, "Waiting for its turn at the AI")) == 1


async def test_a_file_that_it_has_is_not_given_again(server: AiServer, asking: Asking) -> None:
    await asking.ask()
    asking.known = asking.files[0].file_id

    await asking.ask(ASKED._replace(swimmer="Ada Reed"))

    assert len(server.uploads) == 1
    assert asking.stages == [Stage.UPLOADING_TO_AI, Stage.EXTRACTING, Stage.EXTRACTING]


async def test_a_file_that_it_forgot_is_given_again(server: AiServer, asking: Asking) -> None:
    asking.known = "file-of-last-year"

    found = await asking.ask()

    assert found.events
    assert asking.stages == [Stage.EXTRACTING, Stage.UPLOADING_TO_AI, Stage.EXTRACTING]
    assert [file.file_id for file in asking.files] == ["file-1"]
    assert len(server.questions) == 2


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (429, ErrorCode.RATE_LIMIT),
        (503, ErrorCode.AI_OVERLOADED),
        (529, ErrorCode.AI_OVERLOADED),
        (500, ErrorCode.SERVICE_UNAVAILABLE),
        (504, ErrorCode.TIMEOUT),
        (401, ErrorCode.UNKNOWN),
        (400, ErrorCode.UNKNOWN),
        (413, ErrorCode.TOO_LARGE),
    ],
)
async def test_each_refusal_has_its_code_and_is_not_asked_again_here(
    server: AiServer, asking: Asking, status: int, code: ErrorCode
) -> None:
    server.replies.append(refused(status))

    assert (await asking.fault()).code is code
    assert len(server.questions) == 1


@pytest.mark.parametrize(
    ("headers", "seconds"), [({"retry_after": "7"}, 7), ({"retry_after_ms": "1500"}, 1.5), ({}, None)]
)
async def test_it_says_when_to_come_again(
    server: AiServer, asking: Asking, headers: dict[str, str], seconds: float | None
) -> None:
    server.upload_replies.append(refused(429, **headers))

    fault = await asking.fault()

    assert (fault.code, fault.retry_after) == (ErrorCode.RATE_LIMIT, seconds)
    assert server.questions == []


async def test_an_answer_that_never_ends_is_given_up(server: AiServer, options: AiOptions, sandbox: Sandbox) -> None:
    server.replies.append(server.stalled())

    assert (await Asking(replace(options, seconds=1), sandbox).fault()).code is ErrorCode.TIMEOUT


async def test_nobody_at_the_address_is_a_fault_of_the_network(options: AiOptions, sandbox: Sandbox) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    asking = Asking(replace(options, base_url=f"http://127.0.0.1:{port}/v1"), sandbox)

    assert (await asking.fault()).code is ErrorCode.NETWORK_ERROR


WHOLE = orjson.dumps({**MEET, "swims": [SWIM]}).decode()


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (raw(b'{"id": "chat-1", "choices": ['), ErrorCode.SERVICE_UNAVAILABLE),
        (raw(b'{"id": "chat-1", "choices": []}'), ErrorCode.SERVICE_UNAVAILABLE),
        (raw(b"<html>no</html>"), ErrorCode.SERVICE_UNAVAILABLE),
        (said("Here you are: "), ErrorCode.SERVICE_UNAVAILABLE),
        (said(None), ErrorCode.SERVICE_UNAVAILABLE),
        (said('{"swims": []}'), ErrorCode.SERVICE_UNAVAILABLE),
        (said(WHOLE.replace('"9:35"', '"soon"')), ErrorCode.SERVICE_UNAVAILABLE),
        (said(WHOLE[:200]), ErrorCode.SERVICE_UNAVAILABLE),
        (said(WHOLE[:200], "length"), ErrorCode.EXTRACTION_LIMIT),
        (said(None, refusal="I do not read about children."), ErrorCode.NO_TEXT),
        (said(None, "content_filter"), ErrorCode.NO_TEXT),
    ],
)
async def test_an_answer_that_is_none_has_its_code(
    server: AiServer, asking: Asking, reply: object, code: ErrorCode
) -> None:
    server.replies.append(reply)  # type: ignore[arg-type]  # a parameter of a test has no better type

    fault = await asking.fault()

    assert fault.code is code
    assert "Quill" not in fault.sentence


async def test_swims_under_another_name_are_left_out_and_counted(server: AiServer, asking: Asking) -> None:
    server.swims = [SWIM, {**SWIM, "swimmer_name": "Quillon, Nora"}, {**SWIM, "swimmer_name": "Reed, Ada", "lane": 1}]

    found = await asking.ask()

    assert [swim.swimmer_name for swim in found.events] == ["Quill, Nora"]
    assert codes(found) == ["read_by_ai", "other_names"]
    assert found.warnings[-1].message.startswith("2 of the swims")


async def test_a_leg_of_a_relay_keeps_its_place(server: AiServer, asking: Asking) -> None:
    server.swims = [{**SWIM, "kind": "relay", "relay_leg": 3}]

    (swim,) = (await asking.ask()).events

    assert (swim.kind, swim.relay_leg, swim.swimmer_name, swim.lane) == (Kind.RELAY, 3, "Quill, Nora", 5)


async def test_who_is_not_in_the_sheet_is_said_to_be_absent(server: AiServer, asking: Asking) -> None:
    server.swims = []

    found = await asking.ask()

    assert (found.events, codes(found)) == ((), ["read_by_ai", "not_found"])


async def test_a_model_that_takes_no_pdf_is_shown_its_pages(
    server: AiServer, options: AiOptions, sandbox: Sandbox
) -> None:
    pdf = scanned(sample(Options(seed=3, events=8, heats=2, relays=False)).pdf)
    asking = Asking(replace(options, takes="pictures", pages=1), sandbox)

    found = await asking.ask(ASKED._replace(pdf=pdf))

    assert asking.stages == [Stage.EXTRACTING]
    assert server.uploads == []
    shown, _ = server.questions[0]["messages"][0]["content"]
    kind, _, picture = shown["image_url"]["url"].partition(",")
    assert kind == "data:image/png;base64"
    png = base64.b64decode(picture)
    assert png.startswith(b"\x89PNG")
    width, height = struct.unpack(">II", png[16:24])
    rows = zlib.decompress(png[png.index(b"IDAT") + 4 : png.rindex(b"IEND") - 8])
    assert (len(rows), width, height) == ((width + 1) * height, 1275, 1650)
    assert rows.count(255) > len(rows) / 2
    assert codes(found) == ["read_by_ai", "pages_not_read"]
    assert len(found.events) == 1
