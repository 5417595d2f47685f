from __future__ import annotations

import asyncio
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from schema.errors import JobFault
from schema.extraction import Kind
from schema.states import ErrorCode
from services.worker.extraction import KeptSheet, LocalExtractor, Sandbox
from services.worker.extraction.names import normalize
from services.worker.extraction.ocr.recognition import OcrLimits, Recogniser
from tests.samples.hytek import sample
from tests.samples.meet import Options
from tests.samples.picture import scanned

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from schema.extraction import Sheet
    from tests.samples.truth import Sample

needs_tesseract = pytest.mark.skipif(shutil.which("tesseract") is None, reason="tesseract is not installed here")
DRAWN = sample(Options(seed=3, events=8, heats=2, columns=2, relays=False))
REACHED = 0.95


@pytest.fixture(scope="module")
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox() as opened:
        yield opened


def places(sheet: Sheet) -> set[tuple[object, ...]]:
    """Who swims where, told by what a search needs."""
    return {
        (entry.event_number, entry.heat_number, entry.lane, normalize(entry.swimmer_name))
        for entry in sheet.entries
        if entry.kind is Kind.INDIVIDUAL and entry.swimmer_name
    }


def recall(read: KeptSheet, drawn: Sample = DRAWN) -> float:
    wanted = places(drawn.sheet)
    return len(wanted & places(read.sheet())) / len(wanted)


def codes(read: KeptSheet) -> set[str]:
    return {warning.code for warning in read.warnings}


def pretender(folder: Path, script: str) -> str:
    """A program in the recogniser's place."""
    program = folder / "tesseract"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o700)
    return str(program)


@needs_tesseract
@pytest.mark.parametrize("degrees", [0, 1])
async def test_a_scan_is_read_as_the_sheet_it_shows(sandbox: Sandbox, degrees: float) -> None:
    told: list[str] = []
    extractor = LocalExtractor(sandbox, Recogniser.where_installed(sandbox))

    read = await extractor.read(scanned(DRAWN.pdf, degrees=degrees), told.append)

    assert recall(read) >= REACHED
    assert "recognised_text" in codes(read)
    assert "pages_without_text" not in codes(read)
    assert sorted(sentence[:29] for sentence in told) == [f"Reading the picture of page {n}" for n in range(1, 3)]


@needs_tesseract
@pytest.mark.parametrize("columns", [1, 3])
async def test_columns_of_a_scan_do_not_mix(sandbox: Sandbox, columns: int) -> None:
    drawn = sample(Options(seed=8, events=3, heats=1, columns=columns, relays=False))

    read = await LocalExtractor(sandbox, Recogniser.where_installed(sandbox)).read(scanned(drawn.pdf))

    assert recall(read, drawn) >= REACHED


@needs_tesseract
async def test_a_picture_among_pages_with_text_is_read_in_its_place(sandbox: Sandbox) -> None:
    extractor = LocalExtractor(sandbox, Recogniser.where_installed(sandbox))

    read = await extractor.read(scanned(DRAWN.pdf, only={1}))

    assert recall(read) >= REACHED
    pages = [entry.page for entry in read.sheet().entries if entry.page]
    assert pages == sorted(pages)


async def test_without_a_recogniser_pictures_are_named_and_the_rest_is_read(sandbox: Sandbox) -> None:
    read = await LocalExtractor(sandbox).read(scanned(DRAWN.pdf, only={1}))

    assert "pages_without_text" in codes(read)
    assert read.sheet().entries


async def test_a_scan_without_a_recogniser_fails_and_says_what_to_do(sandbox: Sandbox) -> None:
    with pytest.raises(JobFault, match=r"tesseract is installed.*HEATSTREAM_AI_BASE_URL") as raised:
        await LocalExtractor(sandbox).read(scanned(DRAWN.pdf))

    assert raised.value.code is ErrorCode.NO_TEXT


async def test_a_recogniser_that_hangs_is_ended(sandbox: Sandbox, tmp_path: Path) -> None:
    recogniser = Recogniser(sandbox, pretender(tmp_path, "exec sleep 1000"), OcrLimits(seconds=0.5))

    with pytest.raises(JobFault, match="longer than it may") as raised:
        await LocalExtractor(sandbox, recogniser).read(scanned(DRAWN.pdf))

    assert raised.value.code is ErrorCode.EXTRACTION_LIMIT


async def test_a_recogniser_that_fails_leaves_the_pages_with_text(sandbox: Sandbox, tmp_path: Path) -> None:
    recogniser = Recogniser(sandbox, pretender(tmp_path, "echo no such language >&2; exit 1"))

    read = await LocalExtractor(sandbox, recogniser).read(scanned(DRAWN.pdf, only={1}))

    assert "pages_without_text" in codes(read)


async def test_a_cancel_ends_the_recogniser(sandbox: Sandbox, tmp_path: Path) -> None:
    fifo = tmp_path / "pid"
    os.mkfifo(fifo)
    recogniser = Recogniser(sandbox, pretender(tmp_path, f"echo $$ > {fifo}; exec sleep 1000"))
    reading = asyncio.create_task(recogniser.texts(scanned(DRAWN.pdf), [1], lambda _: None))
    pid = int(await asyncio.to_thread(fifo.read_text))

    reading.cancel()
    await asyncio.wait([reading])

    assert reading.cancelled()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


async def test_no_more_pages_are_recognised_than_may_be(sandbox: Sandbox, tmp_path: Path) -> None:
    program = pretender(tmp_path, "cat > /dev/null; printf 'level\\n'")

    texts = await Recogniser(sandbox, program, OcrLimits(pages=1)).texts(scanned(DRAWN.pdf), [1, 2], lambda _: None)

    assert list(texts) == [1]


async def test_a_recogniser_knows_no_secret_of_the_service(
    sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEATSTREAM_AI_KEY", "secret")
    program = pretender(tmp_path, 'cat > /dev/null; test -z "$HEATSTREAM_AI_KEY" || exit 3')

    assert await Recogniser(sandbox, program).texts(scanned(DRAWN.pdf), [1], lambda _: None) == {1: ""}
