"""What a sheet prints is plain from where it is read, by whoever reads it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.worker.extraction.ai.answer import read, result
from services.worker.extraction.lines import clean
from tests.hostile import TEXTS, shows_what_it_says


@given(st.text(st.characters(exclude_categories=())))
def test_a_line_of_a_sheet_shows_what_it_says(text: str) -> None:
    assert clean(text).isprintable()
    assert "  " not in clean(text)


@pytest.mark.parametrize("name", [name for name in TEXTS if name not in ("nul", "long")])
def test_what_an_ai_says_it_read_is_plain_too(name: str) -> None:
    hostile = TEXTS[name]
    numbers = dict.fromkeys(("heat_number", "heat_count", "lane", "relay_leg", "age", "birth_year", "page"))
    times = dict.fromkeys(("session_date", "heat_start_time"))
    said = dict.fromkeys(("session", "event_number", "event_name", "round", "team", "seed_time"), hostile)
    swim = {"kind": "individual", "swimmer_name": f"Maya Lindqvist {hostile}", **said, **numbers, **times}
    meet = {"meet_name": hostile, "venue": hostile, "session_date": None, "meet_date_start": None}
    answer = read(json.dumps({**meet, "meet_date_end": None, "swims": [swim]}))
    assert shows_what_it_says(answer.swims[0].swimmer_name)
    found = result(answer, answer.swims[0].swimmer_name)
    document = json.loads(found.model_dump_json())
    texts = [found.meet_name, found.venue, *(text for event in document["events"] for text in event.values())]
    assert all(shows_what_it_says(text) for text in texts if isinstance(text, str))
