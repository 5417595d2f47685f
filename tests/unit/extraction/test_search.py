from __future__ import annotations

from schema.extraction import ExtractionResult, Kind, Sheet, SheetEntry, SwimEntry, Warning  # noqa: A004 - as in its home
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
    found = find(Sheet(entries=(relay("Eikeland, Bo", "", "Nord, Ada"),)), "Ada Nord")

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
