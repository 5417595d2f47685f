"""Hostile texts in a mail: in its subject, its text and its HTML each is a piece of a line."""

from __future__ import annotations

import re

import pytest

from schema.states import BatchStatus
from tests.hostile import TEXTS, letters, shows_what_it_says
from tests.unit.worker.mail.test_letter import lost, mailed, sheet, swim

#: PostgreSQL has no NUL, and a long text is cut.
SAID = {name: text for name, text in TEXTS.items() if name not in ("nul", "long")}
HEADERS = {
    *("Subject", "From", "To", "Date", "Message-ID", "Auto-Submitted", "Content-Language", "MIME-Version"),
    "Content-Type",
}


@pytest.mark.parametrize("name", SAID)
def test_a_stranger_writes_no_header_no_line_and_no_element(name: str) -> None:
    hostile = SAID[name]
    sheets = sheet(swim(event_name=hostile), source=hostile), lost(hostile, hostile)
    message, text, html = mailed(*sheets, swimmer_name=hostile, status=BatchStatus.PARTIAL)
    assert set(message.keys()) <= HEADERS
    assert shows_what_it_says(message["Subject"])
    assert letters(message["Subject"]).startswith(letters(hostile)[:40])
    for form in (text, html):
        assert all(shows_what_it_says(line) for line in form.split("\n")), name
        assert not re.search("^(Bcc|X-Owned|ATTACH|END):", form, re.MULTILINE)
    assert set(re.findall(r"<(\w+)", html)) <= {"html", "head", "meta", "title", "body", "p", "ul", "li", "a"}
    assert all(link.startswith("https://swims.example/") for link in re.findall(r'(?:href|src)="([^"]*)"', html))
