from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest

from schema.errors import Transient
from services.runtime.blobs import Blobs, TooLarge

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


async def chunks(*parts: bytes) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


@pytest.fixture
def blobs(tmp_path: Path) -> Blobs:
    return Blobs(f"file://{tmp_path}/blobs")


def stored(tmp_path: Path) -> list[str]:
    return sorted(path.relative_to(tmp_path / "blobs").as_posix() for path in tmp_path.rglob("*") if path.is_file())


async def test_bytes_are_kept_under_their_checksum(blobs: Blobs, tmp_path: Path) -> None:
    staged = await blobs.stage(chunks(b"%PDF-", b"1.7"), limit=100)
    assert (staged.checksum, staged.size) == (hashlib.blake2b(b"%PDF-1.7", digest_size=16).hexdigest(), 8)
    assert await blobs.pdf(staged.checksum) is None
    assert await blobs.pdf_size(staged.checksum) is None
    await blobs.keep(staged)
    assert await blobs.pdf(staged.checksum) == b"%PDF-1.7"
    assert await blobs.pdf_size(staged.checksum) == 8
    assert stored(tmp_path) == [f"pdfs/{staged.checksum}"]


async def test_the_same_bytes_twice_are_one_object(blobs: Blobs, tmp_path: Path) -> None:
    for _ in range(2):
        await blobs.keep(await blobs.stage(chunks(b"same"), limit=100))
    assert len(stored(tmp_path)) == 1


async def test_too_many_bytes_leave_nothing(blobs: Blobs, tmp_path: Path) -> None:
    with pytest.raises(TooLarge):
        await blobs.stage(chunks(b"x" * 60, b"x" * 60), limit=100)
    assert stored(tmp_path) == []


async def test_a_client_that_leaves_leaves_nothing(blobs: Blobs, tmp_path: Path) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield b"%PDF-"
        raise ConnectionResetError

    with pytest.raises((ConnectionResetError, Transient)):
        await blobs.stage(broken(), limit=100)
    assert stored(tmp_path) == []


async def test_discarded_bytes_are_gone(blobs: Blobs, tmp_path: Path) -> None:
    await blobs.discard(await blobs.stage(chunks(b"unwanted"), limit=100))
    assert stored(tmp_path) == []


async def test_a_reading_belongs_to_a_version_of_the_reader(blobs: Blobs) -> None:
    await blobs.keep_reading("0" * 32, "v1", b"{}")
    assert await blobs.reading("0" * 32, "v1") == b"{}"
    assert await blobs.reading("0" * 32, "v2") is None
