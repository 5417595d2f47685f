from __future__ import annotations

import pytest

from services.worker.extraction.layouts.grammar import Grammar
from services.worker.extraction.layouts.rows import Row
from services.worker.extraction.layouts.words import english

GRAMMAR = Grammar(english())


def swimmer_row(text: str, *, may_have_gender: bool = False, heads: str = "Lane Name Age Team Seed Time") -> Row | None:
    return GRAMMAR.rows.swimmer(text, GRAMMAR.columns.read(heads), ranked=False, may_have_gender=may_have_gender)


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
        ("2 Wexmoor, Bo 12 Gulls", (2, "Wexmoor, Bo", 12, "Gulls", None)),
    ],
)
def test_rows(text: str, expected: tuple[object, ...]) -> None:
    row = swimmer_row(text)

    assert row is not None
    assert (row.place, row.name, row.number and int(row.number), row.team, row.seed) == expected


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
    row = swimmer_row(text, may_have_gender=True)

    assert row is not None
    assert (row.name, row.number) == (name, str(age))


def test_a_school_year_is_neither() -> None:
    row = swimmer_row("5 Larkspurn, Vera SR Harbour High 35.95", heads="Lane Name Yr School Seed Time")

    assert row is not None
    assert (row.name, row.number, row.team) == ("Larkspurn, Vera", None, "Harbour High")


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
    assert swimmer_row(text) is None
