from __future__ import annotations

import pytest

from schema.extraction import EventStart, Kind, Sheet, SheetEntry, TeamSwims, Warning  # noqa: A004 - as in its home
from services.worker.extraction import KeptSheet, find_team


def swim(name: str, team: str | None, kind: Kind = Kind.INDIVIDUAL) -> SheetEntry:
    return SheetEntry(kind=kind, swimmer_name=name, team=team, lane=4)


def relay(team: str, *legs: str) -> SheetEntry:
    return SheetEntry(kind=Kind.RELAY, team=team, lane=6, age=15, legs=legs)


SHEET = Sheet(
    meet_name="Sample Meet",
    entries=(
        swim("Nord, Ada", "HARB-XA"),
        swim("Eikeland, Bo", "GULL-XC"),
        relay("HARB-XA B", "Nord, Ada", "", "Silber, Cyd"),
        relay("HARB-XA A"),
        relay("GULL-XC A", "Eikeland, Bo"),
        swim("Silber, Cyd", "HARB-XA", Kind.ALTERNATE),
        swim("Moss, Ines", None),
    ),
)


def of(sheet: Sheet, team: str) -> TeamSwims:
    return find_team(KeptSheet.of(sheet), team)


def teams(sheet: Sheet, team: str) -> list[str | None]:
    return [swim.team for swim in of(sheet, team).events]


def of_teams(*printed: str) -> Sheet:
    return Sheet(entries=tuple(swim("Nord, Ada", team) for team in printed))


def test_entries_and_legs_come_in_the_sheets_order() -> None:
    found = of(SHEET, "HARB-XA")

    assert (found.team, found.meet_name, found.warnings) == ("HARB-XA", "Sample Meet", ())
    assert [(one.swimmer_name, one.relay_leg, one.kind, one.team) for one in found.events] == [
        ("Nord, Ada", None, "individual", "HARB-XA"),
        ("Nord, Ada", 1, "relay", "HARB-XA B"),
        ("Silber, Cyd", 3, "relay", "HARB-XA B"),
        (None, None, "relay", "HARB-XA A"),
        ("Silber, Cyd", None, "alternate", "HARB-XA"),
    ]


@pytest.mark.parametrize("code", ["harb-xa", "HARB", " harb xa", "HÁRB-XA", "HARB-XA B", "harb a", "HARBXA"])
def test_a_code_is_found_however_it_is_typed(code: str) -> None:
    assert len(of(SHEET, code).events) == 5


@pytest.mark.parametrize("code", ["HAR", "HARB-XB", "XA", "ARB"])
def test_a_part_of_a_code_is_no_match(code: str) -> None:
    found = of(SHEET, code)

    assert found.events == ()
    assert [warning.code for warning in found.warnings] == ["team_not_found"]


def test_near_teams_are_offered_without_their_relays() -> None:
    (warning,) = of(SHEET, "HARP").warnings

    assert warning.names == ("HARB-XA",)


def test_a_code_of_two_committees_gives_both_and_says_so() -> None:
    sheet = of_teams("HARB-XA", "HARB-XC", "GULL-XC")

    assert teams(sheet, "HARB") == ["HARB-XA", "HARB-XC"]
    assert [(warning.code, warning.names) for warning in of(sheet, "HARB").warnings] == [
        ("several_teams", ("HARB-XA", "HARB-XC"))
    ]
    assert teams(sheet, "HARB-XC") == ["HARB-XC"]
    assert of(sheet, "HARB-XC").warnings == ()


def test_an_exact_code_leaves_its_committees_alone() -> None:
    assert teams(of_teams("HARB", "HARB-XA"), "HARB") == ["HARB"]


def test_names_with_numbers_are_whole_names() -> None:
    sheet = Sheet(entries=(swim("Nord, Ada", "SV Hafen 06"), swim("Moss, Ines", "SV Hafen"), relay("SV Hafen 06 2")))

    assert teams(sheet, "sv hafen 06") == ["SV Hafen 06", "SV Hafen 06 2"]
    assert teams(sheet, "SV Hafen") == ["SV Hafen"]


def test_a_name_that_the_sheet_cuts_off_is_found() -> None:
    sheet = of_teams("Northern Lights ", "Northern", "Northern Lantern")

    assert teams(sheet, "Northern Lanterns Swimming") == ["Northern Lantern"]
    assert teams(sheet, "Northern Sea") == []


def test_spellings_of_one_team_are_no_several_teams() -> None:
    assert of(of_teams("Harbour Gulls", "HARBOUR  GULLS"), "harbour gulls").warnings == ()


def test_a_session_report_and_an_unknown_sheet_do_not_say_that_a_team_is_absent() -> None:
    report = Sheet(timeline=(EventStart(event_number="1", start="08:30"),))
    unread = Sheet(warnings=(Warning(code="unknown_layout", message="no"),))

    assert [warning.code for warning in of(report, "HARB").warnings] == ["timeline"]
    assert of(report, "HARB").timeline == report.timeline
    assert [warning.code for warning in of(unread, "HARB").warnings] == ["unknown_layout"]


def test_unread_lines_of_the_team_are_shown_and_others_counted() -> None:
    lines = ("3 Nord, Ada HARB-XA ???", "4 Eikeland, Bo GULL-XC ???")
    unread = tuple(Warning(code="unread_line", message="no", page=3, line=line) for line in lines)

    mine, others = of(SHEET.model_copy(update={"warnings": unread}), "HARB-XA").warnings

    assert mine.line == lines[0]
    assert (others.code, others.line) == ("unread_lines", None)
