from __future__ import annotations

import pytest

from services.worker.extraction.layouts.hytek import headings
from services.worker.extraction.layouts.hytek.headings import Event, HeatLine
from services.worker.extraction.layouts.hytek.rows import swimmer_row


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("6 Lark-Hollin, Bea 8 HARB-XA 35.95", (6, "Lark-Hollin, Bea", 8, "HARB-XA", "35.95")),
        ("0 Oxenbury, Tage 11 CFEN 1:15.69", (0, "Oxenbury, Tage", 11, "CFEN", "1:15.69")),
        ("10 Oxenbury, Tage 11 CFEN 15:15.69", (10, "Oxenbury, Tage", 11, "CFEN", "15:15.69")),
        # A surname of two words and a team of several, cut to 16 characters.
        (
            "1 Van der Holm, Uno A 12 Pike River Aquat 5:27.40",
            (1, "Van der Holm, Uno A", 12, "Pike River Aquat", "5:27.40"),
        ),
        ("2 Wexmoor, Bo 16 UN-01-XA 2:11.68 &TOP", (2, "Wexmoor, Bo", 16, "UN-01-XA", "2:11.68")),
        ("2 Wexmoor, Bo 16 SV 1919 Seeheim 2:11.68", (2, "Wexmoor, Bo", 16, "SV 1919 Seeheim", "2:11.68")),
        # Course suffixes, bonus marks, exhibition.
        ("2 Wexmoor, Bo 12 Gulls 5:53.47L B", (2, "Wexmoor, Bo", 12, "Gulls", "5:53.47L")),
        ("2 Wexmoor, Bo 12 Gulls NTL B", (2, "Wexmoor, Bo", 12, "Gulls", "NTL")),
        ("2 Wexmoor, Bo 12 Gulls NTY", (2, "Wexmoor, Bo", 12, "Gulls", "NTY")),
        ("2 Wexmoor, Bo 12 Gulls X1:57.73", (2, "Wexmoor, Bo", 12, "Gulls", "1:57.73")),
        ("2 Wexmoor, Bo 12 Gulls XNT", (2, "Wexmoor, Bo", 12, "Gulls", "NT")),
        ("2 Wexmoor, Bo 12 Gulls 29.66Y 21", (2, "Wexmoor, Bo", 12, "Gulls", "29.66Y")),
        ("2 Wexmoor, Bo 12 Gulls 29.66&TOP", (2, "Wexmoor, Bo", 12, "Gulls", "29.66")),
        ("2 Wexmoor, Bo 12 Gulls 29.66* B", (2, "Wexmoor, Bo", 12, "Gulls", "29.66")),
        # Name and age, team and time run together.
        ("5 Hollow Brook, Dag R15 TIDE-XA 1:51.73", (5, "Hollow Brook, Dag R", 15, "TIDE-XA", "1:51.73")),
        ("3 Kirkbride, Runa 13 UNMAC-XA2:17.90", (3, "Kirkbride, Runa", 13, "UNMAC-XA", "2:17.90")),
        ("3 Kirkbride, Runa 13UNMAC-XA 2:17.90", (3, "Kirkbride, Runa", 13, "UNMAC-XA", "2:17.90")),
        # Marks inside names.
        ("4 Rookhope, Bo or Bodil 8 RC 32.90", (4, "Rookhope, Bo or Bodil", 8, "RC", "32.90")),
        (
            '2 Kettlewick, Sven "svenne" N 20 TIDE-XA 2:05.98',
            (2, 'Kettlewick, Sven "svenne" N', 20, "TIDE-XA", "2:05.98"),
        ),
        ("2 Oakenfold, V.V Y 14 TIDE-XA 2:05.98", (2, "Oakenfold, V.V Y", 14, "TIDE-XA", "2:05.98")),
        ("2 Age, Tova E 14 TIDE-XA 2:05.98", (2, "Age, Tova E", 14, "TIDE-XA", "2:05.98")),
        ("1 Arvid Skarsgren 14 ASTCB 2:27.22", (1, "Arvid Skarsgren", 14, "ASTCB", "2:27.22")),
        # No team, no age, no time.
        ("2 Wexmoor, Bo 12 1:57.73", (2, "Wexmoor, Bo", 12, None, "1:57.73")),
        ("2 Wexmoor, Bo HARB-XA 1:57.73", (2, "Wexmoor, Bo", None, "HARB-XA", "1:57.73")),
        ("2 Wexmoor, Bo 12 Gulls", (2, "Wexmoor, Bo", 12, "Gulls", None)),
    ],
)
def test_rows(text: str, expected: tuple[object, ...]) -> None:
    row = swimmer_row(text, ranked=False, may_have_gender=False)

    assert row is not None
    assert (row.place, row.name, row.age, row.team, row.seed) == expected


@pytest.mark.parametrize(
    ("text", "name", "age"),
    [
        ("5 Larkspurn, Vera W9 HARB-XA 35.95", "Larkspurn, Vera", 9),
        ("5 Jorvald, Ivo C M13 HARB-XA 35.95", "Jorvald, Ivo C", 13),
        ("5 Jorvald, Ivo CM13 HARB-XA 35.95", "Jorvald, Ivo C", 13),
        ("5 Jorvald, Ivo M 13 HARB-XA 35.95", "Jorvald, Ivo M", 13),
    ],
)
def test_a_mixed_event_prints_genders_before_ages(text: str, name: str, age: int) -> None:
    row = swimmer_row(text, ranked=False, may_have_gender=True)

    assert row is not None
    assert (row.name, row.age) == (name, age)


def test_a_year_of_birth_is_no_age() -> None:
    row = swimmer_row("5 Larkspurn, Vera 2014 Gulls 35.95", ranked=False, may_have_gender=False)

    assert row is not None
    assert (row.age, row.birth_year) == (None, 2014)


def test_a_school_year_is_neither() -> None:
    row = swimmer_row("5 Larkspurn, Vera SR Harbour High 35.95", ranked=False, may_have_gender=False, school_year=True)

    assert row is not None
    assert (row.name, row.age, row.birth_year, row.team) == ("Larkspurn, Vera", None, None, "Harbour High")


@pytest.mark.parametrize(
    "text",
    [
        "6",
        "26.30 13-14 &TOP",
        "Heat 1 of 4 Finals",
        "WZ Record: 5:10.40 8/5/2015 Runa R Stormcrow",
        "1) Larkspurn, Vera A 12 2) Oakenfold, Saga 11",
        "12 & Under",
    ],
)
def test_what_is_no_row(text: str) -> None:
    assert swimmer_row(text, ranked=False, may_have_gender=False) is None


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
    assert headings.event_heading(text) == Event(number, name)


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
    assert headings.heat_line(text) == expected


@pytest.mark.parametrize("text", ["Lane Name Age Team Seed Time", "LaneName AgeTeam Prelims", "LANE NAME AGE TEAM"])
def test_column_heads(text: str) -> None:
    columns = headings.columns(text)

    assert columns is not None
    assert columns.has_lane
    assert not columns.is_relay


@pytest.mark.parametrize("text", ["Name", "Heat 1", "Team: Otters", "Relay Gala", "Lane 4 is closed"])
def test_what_are_no_column_heads(text: str) -> None:
    assert headings.columns(text) is None
