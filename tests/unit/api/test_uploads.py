from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest

from schema.errors import Rejected, Transient
from services.api.problems import Unavailable
from services.api.uploads import Uploads, clean_filename
from services.runtime.blobs import Blobs

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

PDF = b"%PDF-1.7\n" + b"swim " * 1000


async def _chunks(*chunks: bytes) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk


async def _one_by_one(whole: bytes) -> AsyncIterator[bytes]:
    for place in range(len(whole)):
        yield whole[place : place + 1]


def _kept(path: Path) -> set[str]:
    return {str(file.relative_to(path)) for file in path.rglob("*") if file.is_file()}


@pytest.fixture
def blobs(tmp_path: Path) -> Blobs:
    return Blobs(f"file://{tmp_path}")


async def test_what_is_staged_and_kept_is_there_under_its_checksum(blobs: Blobs, tmp_path: Path) -> None:
    async with Uploads(blobs, 10_000) as uploads:
        source = await uploads.stage("heats.pdf", _one_by_one(PDF))
        again = await uploads.stage("again.pdf", _chunks(PDF))
        await uploads.keep()
    assert source is not None
    assert again is not None
    assert source.checksum == again.checksum == hashlib.blake2b(PDF, digest_size=16).hexdigest()
    assert await blobs.pdf(source.checksum) == PDF
    assert _kept(tmp_path) == {f"pdfs/{source.checksum}"}


async def test_what_is_not_kept_leaves_nothing(blobs: Blobs, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="the request failed"):
        await _fail_after_two(Uploads(blobs, 10_000))
    assert _kept(tmp_path) == set()


async def _fail_after_two(uploads: Uploads) -> None:
    async with uploads:
        await uploads.stage("a.pdf", _chunks(PDF))
        await uploads.stage("b.pdf", _chunks(PDF, b"b"))
        raise ValueError("the request failed")


async def test_a_header_may_come_late_but_within_1024_bytes(blobs: Blobs) -> None:
    async with Uploads(blobs, 10_000) as uploads:
        assert await uploads.stage("late.pdf", _one_by_one(b"\r\n" * 512 + PDF))
        with pytest.raises(Rejected) as refused:
            await uploads.stage("too-late.pdf", _one_by_one(b"\r\n" * 512 + b"x" + PDF))
    assert refused.value.slug == "not-a-pdf"


@pytest.mark.parametrize("whole", [b"", b"<html>", b"%PDF", b"PK\x03\x04" * 2000])
async def test_what_is_no_pdf_is_refused(blobs: Blobs, tmp_path: Path, whole: bytes) -> None:
    async with Uploads(blobs, 10_000) as uploads:
        with pytest.raises(Rejected, match=r"“page.html” does not begin like a PDF") as refused:
            await uploads.stage("page.html", _chunks(whole))
    assert refused.value.slug == "not-a-pdf"
    assert _kept(tmp_path) == set()


async def test_a_file_field_without_a_file_is_nothing(blobs: Blobs) -> None:
    async with Uploads(blobs, 10_000) as uploads:
        assert await uploads.stage("", _chunks()) is None


async def test_a_pdf_may_be_as_large_as_the_limit_and_not_larger(blobs: Blobs, tmp_path: Path) -> None:
    async with Uploads(blobs, len(PDF)) as uploads:
        assert await uploads.stage("fits.pdf", _chunks(PDF))
        with pytest.raises(Rejected, match=r"“large.pdf” is larger than") as refused:
            await uploads.stage("large.pdf", _chunks(PDF, b"x"))
    assert refused.value.slug == "pdf-too-large"
    assert _kept(tmp_path) == set()


async def test_a_store_that_is_away_is_said_by_name(blobs: Blobs, monkeypatch: pytest.MonkeyPatch) -> None:
    async def away(*_: object) -> None:
        raise Transient("the disk is full")

    monkeypatch.setattr(blobs, "stage", away)
    async with Uploads(blobs, 10_000) as uploads:
        with pytest.raises(Unavailable) as refused:
            await uploads.stage("a.pdf", _chunks(PDF))
    assert refused.value.slug == "blob-store-unavailable"


@pytest.mark.parametrize(
    ("given", "clean"),
    [
        ("heats.pdf", "heats.pdf"),
        ("Müller – Tag 1.pdf", "Müller – Tag 1.pdf"),  # noqa: RUF001 - as people name files
        ("/etc/passwd", "passwd"),
        (r"C:\Users\me\heats.pdf", "heats.pdf"),
        ("../../heats.pdf", "heats.pdf"),
        ("a\r\nSet-Cookie: b\x00.pdf", "aSet-Cookie: b.pdf"),
        ("fdp.\u202egnp.exe", "fdp.gnp.exe"),
        ("x" * 300, "x" * 255),
        ("dir/", "unnamed.pdf"),
        ("\x00", "unnamed.pdf"),
    ],
)
def test_a_file_name_is_plain_text(given: str, clean: str) -> None:
    assert clean_filename(given) == clean
