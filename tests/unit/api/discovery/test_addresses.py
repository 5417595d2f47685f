from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from schema.model import Url
from services.api.discovery.addresses import absolute, asks_for_pdf, file_name, names_pdf, shown_in_viewer

if TYPE_CHECKING:
    from collections.abc import Callable

PAGE = "https://Meets.example/2026/june/index.html?tab=2"
TAKEN: TypeAdapter[str] = TypeAdapter(Url)


@pytest.mark.parametrize(
    ("written", "whole"),
    [
        ("heats.pdf", "https://meets.example/2026/june/heats.pdf"),
        ("./heats.pdf", "https://meets.example/2026/june/heats.pdf"),
        ("../heats.pdf", "https://meets.example/2026/heats.pdf"),
        ("../../../../heats.pdf", "https://meets.example/heats.pdf"),
        ("/files/heats.pdf", "https://meets.example/files/heats.pdf"),
        ("//cdn.example/heats.pdf", "https://cdn.example/heats.pdf"),
        ("http://CDN.example/Heats.PDF", "http://cdn.example/Heats.PDF"),
        ("HTTPS://cdn.example", "https://cdn.example/"),
        ("?file=heats.pdf", "https://meets.example/2026/june/index.html?file=heats.pdf"),
        ("heats.pdf#page=3", "https://meets.example/2026/june/heats.pdf"),
        (" \n heats.pdf \t", "https://meets.example/2026/june/heats.pdf"),
        ("heat\n sheet.pdf", "https://meets.example/2026/june/heat%20sheet.pdf"),
        ("Läufe & Bahnen.pdf", "https://meets.example/2026/june/L%C3%A4ufe%20&%20Bahnen.pdf"),
        ("heat%20sheet.pdf", "https://meets.example/2026/june/heat%20sheet.pdf"),
        ("coach's.pdf", "https://meets.example/2026/june/coach%27s.pdf"),
        ("files\\heats.pdf", "https://meets.example/2026/june/files/heats.pdf"),
        ("\\\\cdn.example\\heats.pdf", "https://cdn.example/heats.pdf"),
    ],
)
def test_a_link_is_made_whole_as_a_browser_does_it(written: str, whole: str) -> None:
    assert absolute(PAGE, written) == whole


@pytest.mark.parametrize(
    "written",
    [
        "",
        "  ",
        "javascript:open('heats.pdf')",
        "JavaScript:void(0)",
        "java\nscript:alert(1)",
        "mailto:coach@meets.example",
        "data:application/pdf;base64,JVBERi0=",
        "file:///etc/heats.pdf",
        "ftp://meets.example/heats.pdf",
        "https://user:secret@meets.example/heats.pdf",
        "#top",
        "https://[bad/heats.pdf",
        "https://two words.example/heats.pdf",
        "x" * 3000,
        "ü" * 1500,
    ],
)
def test_what_is_none_of_the_webs_is_no_link(written: str) -> None:
    assert absolute(PAGE, written) is None


@given(st.text(max_size=60) | st.text("htps:/\\.?#[]@%&'\" \x00\nxé", max_size=30))
def test_whatever_is_written_a_whole_link_can_be_handed_in(written: str) -> None:
    whole = absolute(PAGE, written)
    if whole is not None:
        assert TAKEN.validate_python(whole) == whole
        assert absolute(PAGE, whole) == whole


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://m.example/a/Heat%20Sheet.pdf?v=3", "Heat Sheet.pdf"),
        ("https://m.example/heats.pdf;jsessionid=1A", "heats.pdf"),
        ("https://m.example/", ""),
    ],
)
def test_a_file_is_named_by_the_end_of_its_path(url: str, name: str) -> None:
    assert file_name(url) == name


@pytest.mark.parametrize(
    ("says", "url", "wanted"),
    [
        (names_pdf, "https://m.example/heats.PDF", True),
        (names_pdf, "https://m.example/heats.pdf.html", False),
        (names_pdf, "https://m.example/pdf", False),
        (asks_for_pdf, "https://m.example/get?file=heats%2Epdf", True),
        (asks_for_pdf, "https://m.example/heats.pdf", False),
    ],
)
def test_an_address_says_whether_it_is_a_pdf(says: Callable[[str], bool], url: str, wanted: bool) -> None:  # noqa: FBT001 - a parameter of the test
    assert says(url) is wanted


def test_a_viewer_shows_a_pdf_of_another_address() -> None:
    assert shown_in_viewer("https://m.example/v/viewer.html?file=%2Fheats.pdf#p2") == "https://m.example/heats.pdf"
    assert shown_in_viewer("https://docs.example/gview?url=https://m.example/a.pdf&embedded=true") is not None
    assert shown_in_viewer("https://m.example/viewer.html?file=heats.html") is None
