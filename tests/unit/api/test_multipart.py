from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schema.errors import Rejected
from services.api import multipart

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable

CONTENT_TYPE = "multipart/form-data; boundary=cut"
WHOLE = (
    b'--cut\r\nContent-Disposition: form-data; name="swimmer"\r\n\r\nMaya Lindqvist\r\n'
    b'--cut\r\nContent-Disposition: form-data; name="pdfs"; filename="a.pdf"\r\nContent-Type: application/pdf\r\n\r\n'
    b"%PDF-1.7\r\n--cu\r\n-- cut\r\n\r\n--cut--\r\n"
)


async def _body(chunks: Iterable[bytes]) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk


async def read(*chunks: bytes, content_type: str = CONTENT_TYPE) -> list[tuple[str, str | None, bytes]]:
    return [
        (part.name, part.filename, b"".join([chunk async for chunk in part.chunks]))
        async for part in multipart.parts(_body(chunks), content_type)
    ]


@given(st.lists(st.integers(0, len(WHOLE)), max_size=8).map(sorted))
async def test_a_form_reads_alike_however_it_is_cut_into_chunks(cuts: list[int]) -> None:
    bounds = [0, *cuts, len(WHOLE)]
    chunks = [WHOLE[start:end] for start, end in itertools.pairwise(bounds)]
    assert await read(*chunks) == [
        ("swimmer", None, b"Maya Lindqvist"),
        ("pdfs", "a.pdf", b"%PDF-1.7\r\n--cu\r\n-- cut\r\n"),
    ]


async def test_bytes_after_the_closing_boundary_are_nobodys() -> None:
    assert len(await read(WHOLE, b"epilogue" * 1000)) == 2


async def test_a_name_in_utf8_is_read() -> None:
    form = WHOLE.replace(b'filename="a.pdf"', 'filename="Müller \\"1\\".pdf"'.encode())
    assert (await read(form))[1][1] == 'Müller "1".pdf'


async def test_a_form_that_ends_too_early_is_refused_wherever_it_ends() -> None:
    for end in range(len(WHOLE) - len(b"-\r\n")):
        with pytest.raises(Rejected, match="ends before its closing boundary"):
            await read(WHOLE[:end])


@pytest.mark.parametrize(
    ("form", "content_type"),
    [
        (b"no boundary at all", CONTENT_TYPE),
        (WHOLE, "multipart/form-data"),
        (WHOLE, "multipart/form-data; boundary="),
        (WHOLE, "multipart/form-data; boundary=" + "x" * 300),
        (WHOLE, "multipart/form-data; boundary=other"),
        (WHOLE.replace(b"form-data", b"attachment"), CONTENT_TYPE),
        (WHOLE.replace(b' name="pdfs";', b""), CONTENT_TYPE),
        (WHOLE.replace(b'name="pdfs"', b'name=""'), CONTENT_TYPE),
        (WHOLE.replace(b"Content-Type: application/pdf", b"Content Type: application/pdf"), CONTENT_TYPE),
        (WHOLE.replace(b"Content-Type: application/pdf", b"X: " + b"x" * 5000), CONTENT_TYPE),
        (WHOLE.replace(b"Content-Type: application/pdf", b"\r\n".join([b"X: y"] * 9)), CONTENT_TYPE),
    ],
)
async def test_a_broken_form_is_refused_by_name(form: bytes, content_type: str) -> None:
    with pytest.raises(Rejected) as refused:
        await read(form, content_type=content_type)
    assert refused.value.slug == "broken-multipart"


async def test_a_form_of_very_many_parts_is_refused() -> None:
    part = b'--cut\r\nContent-Disposition: form-data; name="urls"\r\n\r\n\r\n'
    with pytest.raises(Rejected, match="more than 1000 parts"):
        await read(part * 1001 + b"--cut--\r\n")
