"""What a swim's id follows from: calendars and selections know the swim by it for as long as a meet lasts."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schema.extraction import SwimEntry
from services.api.swim_ids import swims_of_row

SWIM: dict[str, Any] = {
    "session": "Saturday Prelims",
    "session_date": date(2026, 3, 7),
    "event_number": "12",
    "event_name": "Girls 11-12 100 Free",
    "round": "Prelims",
    "heat_number": 3,
    "heat_count": 5,
    "lane": 4,
    "heat_start_time": "09:42",
    "team": "HARB",
    "seed_time": "1:02.33Y",
}


def ids(*swims: dict[str, Any], **changed: Any) -> list[str]:  # noqa: ANN401 - columns of a row
    row = {
        "swimmer_name": "Maya Lindqvist",
        "swimmer_name_normalized": "maya lindqvist",
        "source": "https://meets.example/heats.pdf",
        "source_copy": 1,
        "session_date": None,
        "meet_date_start": date(2026, 3, 6),
        "events": [SwimEntry(**SWIM | swim).model_dump(mode="json") for swim in swims],
        **changed,
    }
    return [swim.id for swim in swims_of_row(row)]


@pytest.mark.parametrize(
    "corrected",
    [
        {"heat_number": 5, "heat_count": 6, "lane": 1},
        {"heat_start_time": "10:10", "heat_start_estimated": True},
        {"heat_start_time": None},
        {"seed_time": None, "page": 3, "age": 12},
        {"event_name": "100 Freestyle", "event_number": "#012"},
        {"kind": "scratched"},
        {"session": "SATURDAY  prelims"},
    ],
)
def test_what_a_meet_corrects_leaves_the_id(corrected: dict[str, Any]) -> None:
    assert ids(corrected) == ids({})


def test_a_relay_keeps_its_id_when_its_legs_are_swapped() -> None:
    assert ids({"kind": "relay", "relay_leg": 1}) == ids({"kind": "relay", "relay_leg": 4})


@pytest.mark.parametrize(
    "other",
    [
        {"event_number": "13"},
        {"round": "Finals"},
        {"session": "Saturday Finals", "round": None},
        {"session_date": date(2026, 3, 8)},
        {"team": "OTTR"},
        {"event_number": None},
    ],
)
def test_another_swim_has_another_id(other: dict[str, Any]) -> None:
    assert ids(other) != ids({})


def test_a_new_batch_over_the_same_sheet_means_the_same_swims() -> None:
    assert ids({}, swimmer_name="LINDQVIST, Maya", batch_id=7, result_code="zzzzzzzzzzzz") == ids({})


def test_siblings_other_sheets_and_copies_of_a_sheet_are_told_apart() -> None:
    changes: list[dict[str, Any]] = [
        {},
        {"swimmer_name_normalized": "emile lindqvist"},
        {"source": "https://meets.example/finals.pdf"},
        {"source_copy": 2},
    ]
    assert len({ids({}, **changed)[0] for changed in changes}) == len(changes)


def test_no_fact_runs_into_the_next() -> None:
    assert ids({"session": "a", "team": "b"}) != ids({"session": "a b", "team": ""})


@given(st.lists(st.sampled_from(({}, {"lane": 5}, {"event_number": "13"}, {"round": "Finals"}, {"relay_leg": 2}))))
def test_no_two_swims_of_a_sheet_share_an_id_and_addresses_can_hold_it(swims: list[dict[str, Any]]) -> None:
    made = ids(*swims)
    assert len(set(made)) == len(swims)
    assert all(len(one) == 12 and one.isascii() and one.isalnum() and one.islower() | one.isdigit() for one in made)
