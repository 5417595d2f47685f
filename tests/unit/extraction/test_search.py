from __future__ import annotations

import pytest

from schema.extraction import EventStart, ExtractionResult, Kind, Sheet, SheetEntry, SwimEntry, Warning  # noqa: A004 - as in its home
from services.worker.extraction import KeptSheet
from services.worker.extraction import find as find_in


def swim(name: str, **more: object) -> SheetEntry:
    return SheetEntry.model_validate({"swimmer_name": name, "event_number": "1", "heat_number": 1, "lane": 4, **more})


def relay(*legs: str) -> SheetEntry:
    return SheetEntry(kind=Kind.RELAY, event_number="9", heat_number=2, lane=6, team="HARB-XA B", legs=legs)


def find(sheet: Sheet, name: str) -> ExtractionResult:
    return find_in(KeptSheet.of(sheet), name)


def codes(sheet: Sheet, name: str) -> list[str]:
    return [warning.code for warning in find(sheet, name).warnings]


def test_all_swims_in_the_sheets_order_with_the_meet() -> None:
    sheet = Sheet(
        meet_name="Sample Meet",
        venue="Seaport",
        entries=(
            swim("Nord, Ada", lane=1),
            swim("Eikeland, Bo"),
            relay("Eikeland, Bo", "Nord, Ada"),
            swim("Nord, Ada"),
        ),
    )

    found = find(sheet, "ada nord")

    assert (found.meet_name, found.venue, found.swimmer_name) == ("Sample Meet", "Seaport", "ada nord")
    assert [(swim.lane, swim.relay_leg) for swim in found.events] == [(1, None), (6, 2), (4, None)]
    assert found.warnings == ()


def test_a_leg_is_a_swim_in_the_lane_of_its_team() -> None:
    of_an_age = relay("Eikeland, Bo", "", "Nord, Ada").model_copy(update={"age": 60, "birth_year": 2009})

    found = find(Sheet(entries=(of_an_age,)), "Ada Nord")

    assert found.events == (
        SwimEntry(
            kind=Kind.RELAY,
            event_number="9",
            heat_number=2,
            lane=6,
            team="HARB-XA B",
            swimmer_name="Nord, Ada",
            relay_leg=3,
        ),
    )


def test_an_exact_name_leaves_longer_ones_alone() -> None:
    sheet = Sheet(entries=(swim("Kim, Ivo", lane=1), swim("Kim, Ivo C", lane=2)))

    assert [swim.lane for swim in find(sheet, "Ivo Kim").events] == [1]
    assert [swim.lane for swim in find(sheet, "Kim, Ivo C").events] == [2]


def test_one_further_initial_is_taken_when_nobody_fits_exactly() -> None:
    sheet = Sheet(entries=(swim("Kim, Ivo C"), swim("Kim, Ida C"), relay("Kim, Ivo C")))

    assert [swim.swimmer_name for swim in find(sheet, "Ivo Kim").events] == ["Kim, Ivo C", "Kim, Ivo C"]


def test_several_with_a_further_initial_are_listed_and_not_taken() -> None:
    found = find(Sheet(entries=(swim("Moss, Ines N"), swim("Moss, Ines Z"))), "Ines Moss")

    assert found.events == ()
    assert [(warning.code, warning.names) for warning in found.warnings] == [
        ("several_candidates", ("Moss, Ines N", "Moss, Ines Z"))
    ]


def test_one_further_initial_of_two_people_is_not_taken() -> None:
    sheet = Sheet(entries=(swim("Moss, Ines N", age=9, team="Gulls"), swim("Moss, Ines N", age=15, team="Otters")))

    found = find(sheet, "Ines Moss")

    assert found.events == ()
    assert [warning.code for warning in found.warnings] == ["several_candidates"]


def test_an_initial_that_the_sheet_lacks_is_no_match() -> None:
    found = find(Sheet(entries=(swim("Moss, Ines"),)), "Ines N Moss")

    assert found.events == ()
    assert [(warning.code, warning.names) for warning in found.warnings] == [("not_found", ("Moss, Ines",))]


def test_namesakes_are_told() -> None:
    sheet = Sheet(entries=(swim("Fontane, Wren", age=9), swim("Fontane, Wren", age=10)))

    assert len(find(sheet, "Wren Fontane").events) == 2
    assert codes(sheet, "Wren Fontane") == ["same_name"]


def test_near_names_are_offered_best_first() -> None:
    sheet = Sheet(entries=(swim("Lindqvist, Mia"), swim("Lindqvist, Maja"), swim("Eikeland, Bo")))

    (warning,) = find(sheet, "Lindquist Maja").warnings

    assert warning.code == "not_found"
    assert warning.names[0] == "Lindqvist, Maja"
    assert "Eikeland, Bo" not in warning.names


def test_a_part_of_a_name_is_no_match() -> None:
    sheet = Sheet(entries=(swim("Lindqvist, Maya"),))

    assert codes(sheet, "Lindqvist") == ["not_found"]
    assert codes(sheet, "May Lindqvist") == ["not_found"]


def test_damaged_names_are_found() -> None:
    sheet = Sheet(entries=(swim("Nord, Jhoeë B"), swim("Silber, Re?ut")))

    assert len(find(sheet, "Jhoë B Nord").events) == 1
    assert len(find(sheet, "Re'ut Silber").events) == 1


def test_an_unread_sheet_does_not_claim_that_somebody_is_absent() -> None:
    sheet = Sheet(warnings=(Warning(code="unknown_layout", message="no"),))

    assert codes(sheet, "Ada Nord") == ["unknown_layout"]


def test_unread_lines_of_others_are_counted_and_not_shown() -> None:
    def unread(line: str) -> Warning:
        return Warning(code="unread_line", message="no", page=3, line=line)

    sheet = Sheet(entries=(swim("Nord, Ada"),), warnings=(unread("3 Nord, Ada ???"), unread("4 Eikeland, Bo ???")))

    mine, others = find(sheet, "Ada Nord").warnings

    assert mine.line == "3 Nord, Ada ???"
    assert (others.code, others.line, others.page) == ("unread_lines", None, 3)


@pytest.mark.parametrize(
    ("printed", "asked"),
    [
        ('Nord, Ada "addie" B', "Addie Nord"),
        ('Nord, Ada "addie" B', "Ada B Nord"),
        ('Nord, Ada "addie" B', "Nord, Ada"),
        ("Nord, Ada or Adele", "Adele Nord"),
        ("Nord, Ada R15", "Ada Nord"),
        ("Nord, Ada R15", "Ada R Nord"),
        ("(Fd) Ada NORD", "Ada Nord"),
        ("Grünbär, Ada", "Ada Gruenbaer"),
        ("Gruenbaer, Ada", "Ada Grünbär"),
        ("Gri\ufffdn, Ada C", "Ada Griffin"),
        ("Gri\u03d0fin, Ada", "Ada Griffin"),
        ("\u0131rmak Ada GÜMÜŞ", "Irmak Ada Gumus"),
        ("NORD, ADA", "Ada Nord"),
        ("Ada NORD", "nord, ada"),
    ],
)
def test_one_name_in_two_spellings(printed: str, asked: str) -> None:
    found = find(Sheet(entries=(swim(printed), swim("Eikeland, Bo"))), asked)

    assert [swim.swimmer_name for swim in found.events] == [printed]
    assert found.warnings == ()


@pytest.mark.parametrize(
    ("printed", "asked"),
    [
        ("NORD ADA BEA", "Ada Bea Nord"),
        ("NORD ADA BEA", "Nord, Ada Bea"),
        ("Nord, Ada", "Nord Ada"),
        ("NORD ADA B", "Ada Nord"),
        ("NORD ADA B", "Ada B Nord"),
    ],
)
def test_another_order_of_words_is_taken_and_told(printed: str, asked: str) -> None:
    found = find(Sheet(entries=(swim(printed), swim("Eikeland, Bo"))), asked)

    assert [swim.swimmer_name for swim in found.events] == [printed]
    assert [(warning.code, warning.names) for warning in found.warnings] == [("name_order", (printed,))]


def test_another_order_is_not_taken_of_two_people() -> None:
    sheet = Sheet(entries=(swim("NORD ADA", age=9), swim("Nord Ada", age=15)))

    assert find(sheet, "Ada Nord").events == ()
    assert codes(sheet, "Ada Nord") == ["several_candidates"]


def test_another_order_does_not_lose_an_initial_that_was_asked_for() -> None:
    sheet = Sheet(entries=(swim("NORD ADA"), swim("MOSS INES Z")))

    assert codes(sheet, "Ada B Nord") == ["not_found"]
    assert codes(sheet, "Ines N Moss") == ["not_found"]


def test_the_right_order_leaves_the_other_alone() -> None:
    sheet = Sheet(entries=(swim("James, Ryan", lane=1), swim("Ryan, James", lane=2)))

    assert [swim.lane for swim in find(sheet, "Ryan James").events] == [1]
    assert codes(sheet, "Ryan James") == []


def test_an_age_that_is_missing_here_makes_no_second_person() -> None:
    sheet = Sheet(entries=(swim("Nord, Ada", age=9, team="Gulls"), swim("Nord, Ada", team="Gulls")))

    assert len(find(sheet, "Ada Nord").events) == 2
    assert codes(sheet, "Ada Nord") == []


def test_a_session_report_gives_its_times_and_says_nobody_is_absent() -> None:
    report = Sheet(meet_name="Sample Meet", timeline=(EventStart(event_number="1", start="08:30"),))

    found = find(report, "Ada Nord")

    assert found.timeline == report.timeline
    assert [(warning.code, warning.message) for warning in found.warnings] == [
        ("timeline", "This is a session report: its times are given to the sheets of its meet.")
    ]


def test_a_sheet_with_times_of_its_own_gives_them_along() -> None:
    sheet = Sheet(entries=(swim("Nord, Ada"),), timeline=(EventStart(event_number="1", start="08:30"),))

    assert find(sheet, "Ada Nord").timeline == sheet.timeline
    assert codes(sheet, "Ada Nord") == []
    assert codes(sheet, "Bo Eikeland") == ["not_found"]


def test_a_leg_beyond_all_reason_is_no_swim() -> None:
    sheet = Sheet(entries=(relay(*["Eikeland, Bo"] * 20, "Nord, Ada"),))

    assert len(find(sheet, "Bo Eikeland").events) == 20
    assert codes(sheet, "Ada Nord") == ["not_found"]
