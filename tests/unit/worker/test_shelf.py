from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from schema.extraction import Sheet, SheetEntry
from services.runtime.blobs import Blobs
from services.worker.extraction import KeptSheet
from services.worker.shelf import Shelf

if TYPE_CHECKING:
    from pathlib import Path


def kept(name: str) -> KeptSheet:
    return KeptSheet.of(Sheet(entries=(SheetEntry(swimmer_name=name),)))


ADA, BO, CY = (kept(name) for name in ("Nord, Ada", "Nord, Bea", "Nord, Cyd"))
A, B, C = "a" * 32, "b" * 32, "c" * 32


@pytest.fixture
def blobs(tmp_path: Path) -> Blobs:
    return Blobs(f"file://{tmp_path}/blobs")


async def test_what_is_kept_is_there_for_other_workers(blobs: Blobs) -> None:
    await Shelf(blobs, "1").keep(A, ADA, None)

    found = await Shelf(blobs, "1").reading(A)

    assert found is not None
    assert found.sheet() == ADA.sheet()
    assert await Shelf(blobs, "1").reading(B) is None
    assert await Shelf(blobs, "2").reading(A) is None


async def test_the_latest_stay_open_within_bounds(blobs: Blobs) -> None:
    shelf = Shelf(blobs, "1", most_open_bytes=len(ADA.document) * 2 + 10)
    for checksum, sheet in ((A, ADA), (B, BO), (A, ADA), (C, CY)):
        await shelf.keep(checksum, sheet, None)

    assert await shelf.reading(A) is ADA
    assert await shelf.reading(C) is CY
    again = await shelf.reading(B)
    assert again is not BO
    assert again is not None
    assert again.sheet() == BO.sheet()


async def test_a_sheet_beyond_all_bounds_is_kept_and_not_open(blobs: Blobs) -> None:
    shelf = Shelf(blobs, "1", most_open_bytes=10)
    await shelf.keep(A, ADA, None)

    again = await shelf.reading(A)

    assert again is not None
    assert again is not ADA


@pytest.mark.parametrize("document", [b"", b"{}", b"\xff\n", b'{"entries": 7}', ADA.document[:40]])
async def test_a_damaged_reading_is_none(blobs: Blobs, document: bytes) -> None:
    await blobs.keep_reading(A, "1", document)

    assert await Shelf(blobs, "1").reading(A) is None


async def test_what_is_dropped_is_found_by_nobody_until_it_is_kept_again(blobs: Blobs) -> None:
    shelf = Shelf(blobs, "1")
    await shelf.keep(A, ADA, None)
    await shelf.drop(A)

    assert await shelf.reading(A) is None
    assert await Shelf(blobs, "1").reading(A) is None
    await shelf.keep(A, ADA, None)
    assert await Shelf(blobs, "1").reading(A) is not None


async def test_without_its_store_it_has_what_is_open(blobs: Blobs, tmp_path: Path) -> None:
    shelf = Shelf(blobs, "1")
    (tmp_path / "blobs").rmdir()
    (tmp_path / "blobs").write_text("in the way of the store")

    await shelf.keep(A, ADA, b"pdf")

    assert await shelf.reading(A) is ADA
    assert await shelf.reading(B) is None
    await shelf.drop(A)
