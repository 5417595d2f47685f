from __future__ import annotations

from dataclasses import replace

import pytest

from services.worker.extraction.layouts.grammar import Grammar
from services.worker.extraction.layouts.headings import Event, HeatLine
from services.worker.extraction.layouts.words import english

GRAMMAR = Grammar(english())


@pytest.mark.parametrize(
    ("text", "number", "name"),
    [
        ("Event 1 Girls 11-12 400 LC Meter IM", "1", "Girls 11-12 400 LC Meter IM"),
        ("#5 Women 13 & Over 200 LC Meter Backstroke", "5", "Women 13 & Over 200 LC Meter Backstroke"),
        ("Event 12A Mixed 200 Free", "12A", "Mixed 200 Free"),
        ("EVENT 4: Boys 200 Yard IM", "4", "Boys 200 Yard IM"),
        ("Event 21/22 Girls / Boys 800 Free", "21 / 22", "Girls / Boys 800 Free"),
        ("Event 49 ...(Girls 13 & Over 400 LC Meter IM)", "49", "Girls 13 & Over 400 LC Meter IM"),
    ],
)
def test_event_headings(text: str, number: str, name: str) -> None:
    event = GRAMMAR.headings.event(text)

    assert event is not None
    assert (event.number, event.name) == (number, name)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Heat 1 of 6 Finals", HeatLine(1, 6, "Finals")),
        ("Heat 1", HeatLine(1)),
        ("Heat 1 of 1", HeatLine(1, 1)),
        ("Heat 3 A - Final", HeatLine(3, None, "A - Final")),
        ("Heat 1 of 4 Finals - Swimming with Finals", HeatLine(1, 4, "Finals - Swimming with Finals")),
        ("Heat 4 of 5 Prelims Starts at 08:27 AM", HeatLine(4, 5, "Prelims", "08:27")),
        ("Heat 1 of 10 Finals (Starts at 12:05 PM)", HeatLine(1, 10, "Finals", "12:05")),
        ("Heat # 1 ~ 17:45", HeatLine(1, None, None, "17:45")),
        (
            "Heat 4 Prelims Starts at 08:27 AM (#8 Boys 50 Free)",
            HeatLine(4, None, "Prelims", "08:27", Event("8", "Boys 50 Free")),
        ),
        ("Heat 4 (#9 Women 100 Breaststroke)", HeatLine(4, None, None, None, Event("9", "Women 100 Breaststroke"))),
    ],
)
def test_heat_lines(text: str, expected: HeatLine) -> None:
    heat = GRAMMAR.headings.heat(text)

    assert heat is not None
    assert (heat.event and (heat.event.number, heat.event.name)) == (
        expected.event and (expected.event.number, expected.event.name)
    )
    assert replace(heat, event=expected.event) == expected


@pytest.mark.parametrize("text", ["Lane Name Age Team Seed Time", "LaneName AgeTeam Prelims", "LANE NAME AGE TEAM"])
def test_column_heads(text: str) -> None:
    columns = GRAMMAR.columns.read(text)

    assert columns is not None
    assert columns.has_lane
    assert not columns.is_relay


@pytest.mark.parametrize("text", ["Name", "Heat 1", "Team: Otters", "Relay Gala", "Lane 4 is closed"])
def test_what_are_no_column_heads(text: str) -> None:
    assert GRAMMAR.columns.read(text) is None
