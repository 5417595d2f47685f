from __future__ import annotations

import contextlib
import io
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reportlab.pdfgen.canvas import Canvas

from schema.errors import JobFault
from schema.extraction import Sheet
from schema.states import ErrorCode
from services.worker.extraction.lines import split
from services.worker.extraction.sheet import read_sheet
from services.worker.extraction.text_layer import PageText, read_text
from tests.samples.hytek import sample
from tests.samples.meet import Options


def pdf(*pages: tuple[str, ...], **options: Any) -> bytes:  # noqa: ANN401 - reportlab's own options
    file = io.BytesIO()
    canvas = Canvas(file, invariant=1, **options)
    for lines in pages:
        for number, text in enumerate(lines):
            canvas.drawString(50, 800 - 12 * number, text)
        canvas.showPage()
    canvas.save()
    return file.getvalue()


def fault(content: bytes, max_pages: int = 10) -> ErrorCode:
    with pytest.raises(JobFault) as raised:
        read_sheet(content, max_pages)
    return raised.value.code


@pytest.mark.parametrize("content", [b"", b"hello", b"%PDF-1.4", b"%PDF-1.7\n" + b"\0" * 5000])
def test_what_is_no_pdf(content: bytes) -> None:
    assert fault(content) is ErrorCode.INVALID_PDF


def test_a_locked_pdf() -> None:
    assert fault(pdf(("text",), encrypt="secret")) is ErrorCode.ENCRYPTED_PDF


def test_too_many_pages() -> None:
    assert fault(pdf(("a",), ("b",), ("c",)), max_pages=2) is ErrorCode.TOO_MANY_PAGES


def test_pictures_only() -> None:
    assert fault(pdf((), ())) is ErrorCode.NO_TEXT


def test_an_unknown_layout_says_so() -> None:
    sheet = read_sheet(pdf(("A poem", "of two lines")))

    assert sheet.entries == ()
    assert [warning.code for warning in sheet.warnings] == ["unknown_layout"]


def test_pages_without_text_are_told_and_the_others_read() -> None:
    sheet = read_sheet(pdf(("HY-TEK's MEET MANAGER 8.0", "Event 1 Girls 50 Free"), (), ()))

    assert [(warning.code, warning.page) for warning in sheet.warnings] == [
        ("no_entries", None),
        ("pages_without_text", 2),
    ]


def test_a_hyphen_at_the_end_of_a_line_joins_no_lines() -> None:
    assert [line.text for line in split(read_text(pdf(("3 Foo-", "4 Bar"))))[0]] == ["3 Foo-", "4 Bar"]


def test_characters_are_mended() -> None:
    (lines,) = split([PageText(7, "Butter\u03d0ly  o\ufb03ce\r\n\r\n _____ \n5\u00a0____\x00x\nJoe\u0308l")])

    assert [line.text for line in lines] == ["Butterfly office", "5 x", "Joël"]
    assert {line.page for line in lines} == {7}


GOOD = sample(Options(seed=5, events=2, heats=1)).pdf


@given(st.binary(max_size=400))
@settings(max_examples=100)
def test_random_bytes_give_a_fault(content: bytes) -> None:
    _read_or_fault(content)
    _read_or_fault(b"%PDF-1.4\n" + content)


@given(st.data())
@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
def test_mutated_pdfs_give_a_sheet_or_a_fault(data: st.DataObject) -> None:
    content = bytearray(GOOD)
    for _ in range(data.draw(st.integers(1, 12))):
        at = data.draw(st.integers(0, len(content) - 1))
        length = data.draw(st.integers(0, 30))
        content[at : at + length] = data.draw(st.binary(max_size=30))
    _read_or_fault(bytes(content))


@given(st.lists(st.text(max_size=60), max_size=40))
@settings(max_examples=100)
def test_any_text_is_read(texts: list[str]) -> None:
    from services.worker.extraction.layouts.printed import Printed  # noqa: PLC0415 - for this test alone

    assert isinstance(Printed().read(split([PageText(1, "\n".join(texts))])), Sheet)


def _read_or_fault(content: bytes) -> None:
    with contextlib.suppress(JobFault):
        assert isinstance(read_sheet(content), Sheet)
