from __future__ import annotations

import time
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

import pytest

from schema.errors import JobFault
from schema.states import ErrorCode
from services.worker.extraction import Limits, Sandbox
from services.worker.extraction.ocr.picture import draw
from services.worker.extraction.sheet import read_sheet
from tests.unit.extraction import hostile_pdfs

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

LIMITS = Limits(memory_bytes=400 * 1024 * 1024, cpu_seconds=3, wall_seconds=30)
INVALID = (
    hostile_pdfs.references_in_a_ring,
    hostile_pdfs.tables_in_a_ring,
    hostile_pdfs.nothing_but_noise,
    hostile_pdfs.noise_with_a_head,
    hostile_pdfs.nothing_but_zeros,
    *map(hostile_pdfs.cut, (0.0, 0.05, 0.3, 0.5, 0.8, 0.95)),
)
NO_TEXT = (
    hostile_pdfs.deep_page_tree,
    hostile_pdfs.page_tree_in_a_ring,
    hostile_pdfs.nested_arrays,
    hostile_pdfs.nested_dictionaries,
    hostile_pdfs.nested_arrays_to_show,
    hostile_pdfs.form_in_itself,
    hostile_pdfs.vast_picture,
    hostile_pdfs.packed_picture,
)
TOO_MUCH = (
    hostile_pdfs.text_for_ever,
    hostile_pdfs.a_sea_of_text,
    hostile_pdfs.long_text_of_one_letter,
    hostile_pdfs.packed_page,
)
READABLE = (
    hostile_pdfs.locked_for_changes_only,
    hostile_pdfs.length_of_itself,
    hostile_pdfs.a_full_page,
    hostile_pdfs.vast_page,
)
TO_DRAW = (
    hostile_pdfs.vast_picture,
    hostile_pdfs.packed_picture,
    hostile_pdfs.vast_page,
    hostile_pdfs.form_in_itself,
    hostile_pdfs.packed_page,
)
STILL_THE_SHEET = (hostile_pdfs.more_pages_said_than_there_are, hostile_pdfs.vast_table, hostile_pdfs.cut(0.9999))


@contextmanager
def perhaps_a_limit() -> Iterator[None]:
    try:
        yield
    except JobFault as fault:
        assert fault.code is ErrorCode.EXTRACTION_LIMIT  # noqa: PT017 - or no fault at all


@pytest.fixture(scope="module")
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox(LIMITS) as opened:
        yield opened


@pytest.mark.parametrize(
    ("code", "make"),
    [
        (ErrorCode.ENCRYPTED_PDF, hostile_pdfs.locked),
        (ErrorCode.TOO_MANY_PAGES, hostile_pdfs.ten_thousand_pages),
        *((ErrorCode.INVALID_PDF, make) for make in INVALID),
        *((ErrorCode.NO_TEXT, make) for make in NO_TEXT),
        *((ErrorCode.EXTRACTION_LIMIT, make) for make in TOO_MUCH),
    ],
)
async def test_it_ends_in_an_error_with_a_name_within_its_limits(
    sandbox: Sandbox, code: ErrorCode, make: Callable[[], bytes]
) -> None:
    pdf, began = make(), time.monotonic()

    with pytest.raises(JobFault) as raised:
        await sandbox.read(pdf)

    assert raised.value.code is code
    assert time.monotonic() - began < LIMITS.wall_seconds


@pytest.mark.parametrize("make", TO_DRAW)
async def test_drawn_as_a_picture_it_stays_within_its_limits(sandbox: Sandbox, make: Callable[[], bytes]) -> None:
    with perhaps_a_limit():
        picture = await sandbox.run(partial(draw, number=1), make())
        assert len(picture) < LIMITS.result_bytes


@pytest.mark.parametrize("make", READABLE)
async def test_odd_and_harmless_it_is_read(sandbox: Sandbox, make: Callable[[], bytes]) -> None:
    sheet = (await sandbox.read(make())).sheet()

    assert [warning.code for warning in sheet.warnings] == ["unknown_layout"]


@pytest.mark.parametrize("make", STILL_THE_SHEET)
async def test_damaged_where_it_does_not_matter_it_is_read_as_if_whole(
    sandbox: Sandbox, make: Callable[[], bytes]
) -> None:
    assert (await sandbox.read(make())).sheet().entries == read_sheet(hostile_pdfs.GOOD.pdf).entries
