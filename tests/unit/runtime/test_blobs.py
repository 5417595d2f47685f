from __future__ import annotations

import hashlib
import os
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from schema.errors import Transient
from services.runtime.blobs import Blobs, TooLarge
from services.runtime.clock import now

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


@pytest.fixture(params=["file", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Blobs:
    """On disk, and in a store that is none."""
    return Blobs(f"file://{tmp_path}/blobs" if request.param == "file" else "memory:///")


async def listed(blobs: Blobs, page: int = 1000) -> list[list[tuple[str, int]]]:
    return [[(one.key, one.size) for one in found] async for found in blobs.listed(page)]


async def test_every_object_is_listed_in_pages(store: Blobs) -> None:
    for number in range(5):
        await store.keep_reading(str(number) * 32, "v1", b"x" * number)
    await store.stage(chunks(b"staged"), limit=100)
    pages = await listed(store, page=4)
    assert [len(page) for page in pages] == [4, 2]
    objects = {key.split("/")[0] + key[-6:]: size for page in pages for key, size in page if key[0] == "r"}
    assert objects == {f"readings{number}.json": number for number in range(5)}


async def test_an_empty_store_has_no_page(store: Blobs) -> None:
    assert await listed(store) == []


async def test_an_object_stored_again_has_another_time(store: Blobs) -> None:
    await store.keep_reading("0" * 32, "v1", b"{}")
    ((before,),) = [page async for page in store.listed(10)]
    assert await store.modified_at(before.key) == before.modified_at
    assert abs(now() - before.modified_at) < timedelta(minutes=1)
    await store.keep_reading("0" * 32, "v1", b"{}")
    after = await store.modified_at(before.key)
    assert after is not None
    assert after > before.modified_at


async def test_what_is_deleted_is_gone_and_may_be_gone_before(store: Blobs) -> None:
    await store.keep_reading("0" * 32, "v1", b"{}")
    key = f"readings/v1/{'0' * 32}.json"
    await store.delete(key)
    await store.delete(key)
    assert await store.modified_at(key) is None


async def test_a_file_that_its_process_left_unfinished_is_dropped_when_it_is_old(blobs: Blobs, tmp_path: Path) -> None:
    whole = await blobs.stage(chunks(b"whole"), limit=100)
    unfinished = tmp_path / "blobs" / f"{whole.key}x#1"
    unfinished.write_bytes(b"half")
    assert await listed(blobs) == [[(whole.key, 5)]], "no listing shows it"
    hour_ago = now() - timedelta(hours=1)
    assert await blobs.drop_unfinished(hour_ago) == 0
    for path in (unfinished, tmp_path / "blobs" / whole.key):
        os.utime(path, (0, 0))
    assert await blobs.drop_unfinished(hour_ago) == 1
    assert stored(tmp_path) == [whole.key]


async def test_a_store_that_is_away_says_so(tmp_path: Path) -> None:
    away = Blobs("s3://nowhere/prefix?skip_signature=true")
    assert await away.drop_unfinished(now()) == 0
    gone = Blobs(f"file://{tmp_path}/blobs")
    (tmp_path / "blobs").rmdir()
    (tmp_path / "blobs").write_text("a file where the folder was")
    for broken in (gone.modified_at("pdfs/x"), gone.delete("pdfs/x")):
        with pytest.raises(Transient):
            await broken
