"""The whole reading of a 75-page sheet beside the bare text of its pages, and what comes after the first reading.

Paired figures alternate, so that a machine whose speed drifts moves both, and medians are told. HEATSTREAM_SHEETS names
a folder whose `sheets/` may hold real ones of so many pages; nothing is printed of what they say.
"""

from __future__ import annotations

import asyncio
import gc
import io
import os
import statistics
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pdfplumber
import pypdfium2  # type: ignore[import-untyped]  # has no type marker

from schema.errors import JobFault
from services.worker.extraction import KeptSheet, Sandbox, find, reader_child
from services.worker.extraction.sheet import read_sheet
from tests.samples.hytek import sample
from tests.samples.meet import Options

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

PAGES = 75
DRAWN = Options(seed=75, name="Seventy-Five Pages", days=4, events=206, heats=8, columns=2, flags=True)
RUNS = 9
STARTS = 100
READINGS_A_ROUND, ROUNDS = 6, 5
NAMES = 200
Line = dict[str, object]


async def bench() -> AsyncIterator[Line]:
    reader_child.prepare()
    gc.collect()
    gc.freeze()  # as in a child
    gc.disable()
    async with Sandbox() as sandbox:
        yield {"bench": "extract", "figure": "start", **await _starts(sandbox)}
        for sheet, pdf in _sheets():
            base = {"bench": "extract", "sheet": sheet, "pages": _pages(pdf), "load": round(os.getloadavg()[0], 1)}
            kept = await sandbox.read(pdf)
            base["entries"] = len(kept.sheet().entries)
            yield {**base, "figure": "beside_pdfium", **await _beside_pdfium(sandbox, pdf)}
            yield {**base, "figure": "beside_pdfplumber", **_beside_pdfplumber(pdf)}
            yield {**base, "figure": "two_workers", **await _two_workers(sandbox, pdf)}
            yield {**base, "figure": "second_swimmer", **_second_swimmer(kept)}
    gc.enable()


def _sheets() -> Iterator[tuple[str, bytes]]:
    yield "drawn", sample(DRAWN).pdf
    if folder := os.environ.get("HEATSTREAM_SHEETS"):
        for path in sorted(Path(folder, "sheets").glob("*.pdf")):
            if _pages(pdf := path.read_bytes()) == PAGES:
                yield "real", pdf


async def _starts(sandbox: Sandbox) -> Line:
    """Of a child that is there when its PDF comes: from the PDF in hand to the fault that no bytes are."""
    starts = []
    for _ in range(STARTS):
        await asyncio.sleep(0.03)  # more than a fork takes, and less than sheets take
        began = time.perf_counter()
        with suppress(JobFault):
            await sandbox.run(reader_child.read, b"")
        starts.append(time.perf_counter() - began)
    return {"runs": STARTS, **_percentiles(starts)}


async def _beside_pdfium(sandbox: Sandbox, pdf: bytes) -> Line:
    bare, whole, through = [], [], []
    for _ in range(RUNS):
        bare.append(_seconds(lambda: _bare_text(pdf)))
        whole.append(_seconds(lambda: read_sheet(pdf)))
        began = time.perf_counter()
        await sandbox.read(pdf)
        through.append(time.perf_counter() - began)
    return {
        "runs": RUNS,
        "pdfium_text_ms": _ms(statistics.median(bare)),
        "reading_ms": _ms(statistics.median(whole)),
        "reading_through_sandbox_ms": _ms(statistics.median(through)),
        "ratio": _ratio(whole, bare),
        "ratio_through_sandbox": _ratio(through, bare),
        "at_most": 2.5,
    }


def _beside_pdfplumber(pdf: bytes) -> Line:
    """Once, for it takes half a minute, with readings before and behind it; garbage collected, as by default."""
    readings = [_seconds(lambda: read_sheet(pdf)) for _ in range(RUNS // 2)]
    gc.enable()
    plumbed = _seconds(lambda: _plumbed_text(pdf))
    gc.disable()
    readings += [_seconds(lambda: read_sheet(pdf)) for _ in range(RUNS // 2)]
    whole = statistics.median(readings)
    return {
        "runs": 1,
        "readings": len(readings),
        "pdfplumber_text_ms": _ms(plumbed),
        "reading_ms": _ms(whole),
        "times_faster": round(plumbed / whole, 1),
        "at_least": 40,
    }


async def _two_workers(sandbox: Sandbox, pdf: bytes) -> Line:
    one, two = [], []
    for _ in range(ROUNDS):
        one.append(await _round(sandbox, pdf, workers=1))
        two.append(await _round(sandbox, pdf, workers=2))
    return {
        "runs": ROUNDS,
        "readings_a_run": READINGS_A_ROUND,
        "cores": os.cpu_count(),
        "one_readings_per_second": round(READINGS_A_ROUND / statistics.median(one), 2),
        "two_readings_per_second": round(READINGS_A_ROUND / statistics.median(two), 2),
        "times": _ratio(one, two),
        "at_least": 1.8,
    }


async def _round(sandbox: Sandbox, pdf: bytes, workers: int) -> float:
    """Seconds in which so many workers, each one reading at a time, are through with a round's readings."""
    waiting = [pdf] * READINGS_A_ROUND

    async def work() -> None:
        while waiting:
            await sandbox.read(waiting.pop())

    began = time.perf_counter()
    await asyncio.gather(*(work() for _ in range(workers)))
    return time.perf_counter() - began


def _second_swimmer(kept: KeptSheet) -> Line:
    """From the kept bytes, opened each time, and from the sheet as the worker has it open."""
    names = [name for name in dict.fromkeys(entry.swimmer_name for entry in kept.sheet().entries) if name]
    chosen = names[:: max(1, len(names) // NAMES)][:NAMES]
    opened = [_seconds(lambda name=name: find(KeptSheet(kept.document), name)) for name in chosen]  # type: ignore[misc]
    at_hand = [_seconds(lambda name=name: find(kept, name)) for name in chosen]  # type: ignore[misc]
    absent = [_seconds(lambda name=name: find(kept, f"{name}x")) for name in chosen]  # type: ignore[misc]
    return {
        "runs": len(chosen),
        "kept_bytes": len(kept.document),
        **_percentiles(opened),
        "open": _percentiles(at_hand),
        "open_and_absent": _percentiles(absent),
        "p99_at_most_ms": 5,
    }


def _bare_text(pdf: bytes) -> None:
    document = pypdfium2.PdfDocument(pdf)
    for page in document:
        layer = page.get_textpage()
        layer.get_text_range()
        layer.close()
        page.close()
    document.close()


def _plumbed_text(pdf: bytes) -> None:
    with pdfplumber.open(io.BytesIO(pdf)) as document:
        for page in document.pages:
            page.extract_text()
            page.close()


def _pages(pdf: bytes) -> int:
    document = pypdfium2.PdfDocument(pdf)
    try:
        return len(document)
    finally:
        document.close()


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _ratio(ones: list[float], others: list[float]) -> float:
    return round(statistics.median(one / other for one, other in zip(ones, others, strict=True)), 2)


def _percentiles(seconds: list[float]) -> Line:
    cuts = statistics.quantiles(seconds, n=100)
    return {"p50_ms": _ms(cuts[49]), "p99_ms": _ms(cuts[98])}


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 2)
