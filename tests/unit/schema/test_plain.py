from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import ValidationError

from schema.commands import FileSource, NotifyBatch, SubmitBatch, UrlSource
from schema.events import Job
from schema.plain import plain
from tests.hostile import TEXTS, letters, shows_what_it_says

BATCH = UUID("019a0000-0000-7000-8000-000000000001")
LINK = UrlSource(url="https://meets.example/a.pdf")
ANY_TEXT = st.text(st.characters(exclude_categories=()))


@given(ANY_TEXT)
@example("Ma\ud800ya")
@example("\u0641\u200c\u0627")
def test_what_is_left_shows_what_it_says_and_nothing_that_is_seen_is_lost(text: str) -> None:
    shown = plain(text)
    assert plain(shown) == shown
    assert not any(sign in shown for sign in "\x00\x1b\r\n\x85\x9b\u2028\u202e\u2066\u200b\ufeff\ud800")
    assert letters(shown) == letters(text)
    assert len(shown) <= len(text)


@given(st.text(st.characters(categories=("L", "M", "N", "P", "S", "Zs"))))
def test_a_plain_text_stays_as_it_is(text: str) -> None:
    assert plain(text) == text


def named(filename: str) -> FileSource:
    """A file as the command has it that brings it."""
    file = FileSource(checksum="0" * 32, filename=filename)
    (source,) = SubmitBatch(batch_id=BATCH, swimmer_name="Maya", sources=(file,)).sources
    assert isinstance(source, FileSource)
    return source


@pytest.mark.parametrize("name", TEXTS)
def test_a_command_brings_plain_texts_or_is_refused(name: str) -> None:
    hostile = TEXTS[name]
    for swimmer in (hostile, "Maya Lindqvist"):
        try:
            command = SubmitBatch(batch_id=BATCH, swimmer_name=swimmer, sources=(LINK,))
        except ValidationError:
            assert swimmer == hostile
            continue
        assert shows_what_it_says(command.swimmer_name)
    try:
        assert shows_what_it_says(named(hostile).filename)
    except ValidationError:
        assert name in ("nul", "long")
    with pytest.raises(ValidationError):
        NotifyBatch(batch_id=BATCH, email=f"{hostile}@home.example with {hostile}")


@pytest.mark.parametrize("unseen", ["\u202e", "\u200b\ufeff", "\x85", " \u2066 "])
def test_a_name_of_nothing_that_is_seen_is_none(unseen: str) -> None:
    with pytest.raises(ValidationError):
        SubmitBatch(batch_id=BATCH, swimmer_name=unseen, sources=(LINK,))
    with pytest.raises(ValidationError):
        named(unseen)


@pytest.mark.parametrize("email", ["a\u202eb@c.example", "a\x85b@c.example", "a@c\u2028.example", "a\x7f@c.example"])
def test_an_address_that_does_not_show_what_it_says_is_refused(email: str) -> None:
    with pytest.raises(ValidationError):
        NotifyBatch(batch_id=BATCH, email=email)


def test_a_link_leads_where_it_led_and_shows_it() -> None:
    link = UrlSource(url="https://meets.example/a\u202e\u200bb\u2028.pdf")
    assert SubmitBatch(batch_id=BATCH, swimmer_name="Maya", sources=(link,)).sources == (
        UrlSource(url="https://meets.example/a%E2%80%AE%E2%80%8Bb%E2%80%A8.pdf"),
    )
    with pytest.raises(ValidationError, match="2048"):
        SubmitBatch(batch_id=BATCH, swimmer_name="Maya", sources=(UrlSource(url="https://a/" + "\u202e" * 2000),))
    assert Job(job_id=BATCH, sequence=1, source=link).source == link, "facts stay what they were"
