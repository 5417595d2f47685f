"""What the lines of a sheet mean, quirk by quirk; swimmers and meets are made up."""

from __future__ import annotations

import datetime as dt

from schema.extraction import Kind, Sheet
from services.worker.extraction.layouts.printed import Printed
from services.worker.extraction.lines import Line

HEAD = (
    "Seaport Pool - Site License HY-TEK's MEET MANAGER 8.0 - 7:52 PM 7/1/2026 Page 1",
    "Sample Meet - 7/10/2026 to 7/12/2026",
    "Meet Program - Saturday Finals",
)
EVENT = ("Event 4 Girls 11-12 50 LC Meter Butterfly", "Lane Name Age Team Seed Time")


def read(*pages: tuple[str, ...]) -> Sheet:
    return Printed().read(
        [[Line(number, text) for text in (*HEAD, *page)] for number, page in enumerate(pages, start=1)]
    )


def rows(sheet: Sheet) -> list[tuple[object, ...]]:
    return [(e.event_number, e.heat_number, e.lane, e.swimmer_name, e.age, e.team, e.seed_time) for e in sheet.entries]


def test_a_row_carries_what_its_event_and_heat_say() -> None:
    sheet = read((*EVENT, "Heat 2 of 5 Prelims Starts at 01:27 PM", "3 Larkspurn, Vera 12 HARB-XA 38.10 &TOP"))

    (entry,) = sheet.entries
    assert entry.model_dump(exclude_defaults=True) == {
        "session": "Saturday Finals",
        "session_date": dt.date(2026, 7, 11),
        "event_number": "4",
        "event_name": "Girls 11-12 50 LC Meter Butterfly",
        "round": "Prelims",
        "heat_number": 2,
        "heat_count": 5,
        "heat_start_time": "13:27",
        "lane": 3,
        "swimmer_name": "Larkspurn, Vera",
        "age": 12,
        "team": "HARB-XA",
        "seed_time": "38.10",
        "page": 1,
    }
    assert [warning.code for warning in sheet.warnings] == ["heats_differ"]


def test_a_heat_goes_on_over_columns_and_pages() -> None:
    sheet = read(
        (*EVENT, "Heat 1 of 2 Finals", "1 Larkspurn, Vera 12 HARB-XA NT", "Heat 2 of 2 Finals"),
        ("4 Oakenfold, Saga 11 Otters 40.02",),
    )

    assert rows(sheet)[1] == ("4", 2, 4, "Oakenfold, Saga", 11, "Otters", "40.02")
    assert sheet.entries[1].page == 2


def test_a_page_without_a_title_may_begin_with_rows() -> None:
    pages = [
        [Line(1, text) for text in (*HEAD, *EVENT, "Heat 1 of 1 Finals", "1 Larkspurn, Vera 12 HARB-XA NT")],
        [
            Line(2, text)
            for text in (*HEAD[:2], "2", "3 Oakenfold, Saga 11 Otters 40.02", "4 Nord, Bea 11 Otters 41.02")
        ],
    ]
    sheet = Printed().read(pages)

    assert [entry.lane for entry in sheet.entries] == [1, 3, 4]
    assert sheet.warnings == ()


def test_a_new_session_does_not_go_on_with_the_old_heat() -> None:
    pages = [
        [Line(1, text) for text in (*HEAD, *EVENT, "Heat 1 of 1 Finals", "1 Larkspurn, Vera 12 HARB-XA NT")],
        [Line(2, text) for text in (*HEAD[:2], "Meet Program - Sunday Finals", "3 Oakenfold, Saga 11 Otters 40.02")],
    ]
    sheet = Printed().read(pages)

    assert [entry.lane for entry in sheet.entries] == [1]
    assert [warning.page for warning in sheet.warnings] == [2]


def test_a_row_in_two_lines_is_one() -> None:
    sheet = read(
        (
            *EVENT,
            "Heat 1 of 1 Finals",
            "1 Larkspurn, Vera 12",
            "HARB-XA 38.10 B",
            "2 Oakenfold, Saga 11",
            "3 Nord, Bea 11 Otters 41.02",
        )
    )

    assert [(entry.lane, entry.team) for entry in sheet.entries] == [(1, "HARB-XA"), (3, "Otters")]
    assert [warning.line for warning in sheet.warnings] == ["2 Oakenfold, Saga 11"]


def test_a_clipped_continuation_keeps_the_first_heading_and_the_total() -> None:
    sheet = read(
        (*EVENT, "Heat 1 of 3 Prelims", "1 Larkspurn, Vera 12 HARB-XA NT", "Event 5 Boys 100 Free"),
        ("Heat 3 Prelims (#4 Girls 11-12 50 LC Met", "2 Oakenfold, Saga 11 Otters 40.02"),
    )

    assert sheet.entries[1].event_name == "Girls 11-12 50 LC Meter Butterfly"
    assert (sheet.entries[1].heat_number, sheet.entries[1].heat_count) == (3, 3)


def test_a_combined_event_keeps_both_numbers_and_its_own_heats() -> None:
    sheet = read(
        (
            "Event 21 / 22 Girls / Boys 13-14 800 Free",
            "Lane Name Age Team Seed Time",
            "Heat 2 (Heat 1 Boys 800 Free) Swimming with Finals",
            "2 Eikeland, Mats M 13 Otters 9:42.65",
        ),
        ("Heat 8 (Heat 5 Girls 800 Free) (#21 / 22 )", "3 Oakenfold, Saga 14 Gulls 10:29.99L B"),
    )

    assert rows(sheet) == [
        ("21 / 22", 2, 2, "Eikeland, Mats M", 13, "Otters", "9:42.65"),
        ("21 / 22", 8, 3, "Oakenfold, Saga", 14, "Gulls", "10:29.99L"),
    ]
    assert {entry.event_name for entry in sheet.entries} == {"Girls / Boys 13-14 800 Free"}
    assert sheet.entries[0].round == "(Heat 1 Boys 800 Free) Swimming with Finals"


def test_a_list_without_lanes_is_unseeded_and_goes_on_over_a_page() -> None:
    sheet = read(
        ("Event 9 Boys 400 LC Meter IM", "Name Age Team Seed Time", "1 Jorvald, Ivo 13 Gulls 5:01.10Y"),
        ("Event 9 ...(Boys 400 LC Meter IM)", "Name AgeTeam Seed Time", "2 Bakkerud, Nils 13 Gulls 5:04.10"),
    )

    assert [entry.kind for entry in sheet.entries] == [Kind.UNSEEDED] * 2
    assert rows(sheet)[1] == ("9", None, None, "Bakkerud, Nils", 13, "Gulls", "5:04.10")
    assert sheet.entries[1].event_name == "Boys 400 LC Meter IM"


def test_alternates_have_no_lane() -> None:
    sheet = read(
        (
            *EVENT,
            "Heat 1 A - Final",
            "4 Larkspurn, Vera 12 HARB-XA 38.10",
            "Alternates",
            "1 Oakenfold, Saga R 11 Otters 40.02",
            "Event 5 Boys 50 Free",
            "Lane Name Age Team Prelims",
            "Heat 1 of 1 Finals",
            "1 Eikeland, Mats 12 Otters 33.00",
        )
    )

    assert [entry.kind for entry in sheet.entries] == [Kind.INDIVIDUAL, Kind.ALTERNATE, Kind.INDIVIDUAL]
    assert [entry.lane for entry in sheet.entries] == [4, None, 1]
    assert sheet.entries[0].round == "A - Final"


def test_records_standards_and_empty_lanes_are_no_entries() -> None:
    sheet = read(
        (
            EVENT[0],
            "2024 XA Team: 38.22 7/20/2019 Runa Stormcrow",
            "G WZ Record: 8:58.54 8/9/2017 Runa R Stormcrow",
            "XA Team: 1:10.23 1983 Arvid Skarsgren",
            "2:26.30 13-14 &TOP",
            "37.20 11-12W ALL*",
            EVENT[1],
            "Heat 1 of 1 Finals",
            "1",
            "2 Larkspurn, Vera 12 HARB-XA 38.10",
            "3 \N{EM DASH}",
        )
    )

    assert [entry.lane for entry in sheet.entries] == [2]
    assert sheet.warnings == ()


def test_relays_carry_team_letter_and_legs() -> None:
    sheet = read(
        (
            "Event 12 Girls 200 LC Meter Medley Relay",
            "Lane Team Relay Seed Time",
            "Heat 1 of 1 Finals",
            "1",
            "2 HARB-XA B X1:58.41 &TOP",
            "1) Larkspurn, Vera A 12 2) Oakenfold, Saga 11",
            "3) Brook-Marlowe, Ylva 12 4) Underfjell, Tova M 12",
            "3 Otters A NT",
            "1) Hammarlund, Ada 2) Nordhavn, Bea 3)",
            "Eikeland, Juna 4) Rookhope, Cleo 5) Wexmoor, Signe",
            "4 CA Chargers C 2:10.00",
        )
    )

    assert [(e.kind, e.lane, e.team, e.seed_time) for e in sheet.entries] == [
        (Kind.RELAY, 2, "HARB-XA B", "1:58.41"),
        (Kind.RELAY, 3, "Otters A", "NT"),
        (Kind.RELAY, 4, "CA Chargers C", "2:10.00"),
    ]
    assert [entry.legs for entry in sheet.entries] == [
        ("Larkspurn, Vera A", "Oakenfold, Saga", "Brook-Marlowe, Ylva", "Underfjell, Tova M"),
        ("Hammarlund, Ada", "Nordhavn, Bea", "Eikeland, Juna", "Rookhope, Cleo", "Wexmoor, Signe"),
        (),
    ]
    assert sheet.warnings == ()


def test_a_line_in_a_heat_that_fits_no_rule_is_told() -> None:
    sheet = read((*EVENT, "Heat 1 of 1 Finals", "1 Larkspurn, Vera 12 HARB-XA 38.10", "2 something else 7"))

    (warning,) = sheet.warnings
    assert (warning.code, warning.page, warning.line) == ("unread_line", 1, "2 something else 7")


def test_a_row_before_any_heat_is_told_and_not_taken() -> None:
    sheet = read((EVENT[0], "1 Larkspurn, Vera 12 HARB-XA 38.10"))

    assert sheet.entries == ()
    assert [warning.code for warning in sheet.warnings] == ["unread_line", "no_entries"]


def test_an_event_printed_twice_is_one_event() -> None:
    heading = "Event 13 Girls 50 Free"
    columns = "Lane Name Age Team Seed Time"
    sheet = read(
        (heading, columns, "Heat 1 of 2 Prelims", "1 Larkspurn, Vera 12 HARB-XA 38.10"),
        (heading, columns, "Heat 2 of 2 Prelims", "1 Oakenfold, Saga 12 HARB-XA 38.10"),
    )

    assert [(entry.event_number, entry.heat_number) for entry in sheet.entries] == [("13", 1), ("13", 2)]


def test_numbers_of_another_session_are_other_events() -> None:
    other = ("Meet Program - Sunday Finals", "Heat 1 Finals (#4 Boys 50 Free)", "1 Jorvald, Ivo 13 Gulls 31.10")
    pages = [
        [Line(1, text) for text in (*HEAD, *EVENT, "Heat 1 of 2 Finals", "1 Larkspurn, Vera 12 HARB-XA 38.10")],
        [Line(2, text) for text in (*HEAD[:2], *other)],
    ]
    sheet = Printed().read(pages)

    assert [(e.session, e.session_date, e.event_name) for e in sheet.entries] == [
        ("Saturday Finals", dt.date(2026, 7, 11), "Girls 11-12 50 LC Meter Butterfly"),
        ("Sunday Finals", dt.date(2026, 7, 12), "Boys 50 Free"),
    ]


def test_a_report_of_the_same_program_has_no_entries() -> None:
    lines = (HEAD[0], HEAD[1], "Session Report", "Prelims 67 Girls 11 & Over 200 Breaststroke 128 16 8:00 AM")
    sheet = Printed().read([[Line(1, text) for text in lines]])

    assert sheet.entries == ()
    assert [warning.code for warning in sheet.warnings] == ["no_entries"]


def test_scratched_swimmers_are_named_as_such() -> None:
    sheet = read((*EVENT, "Heat 1 of 1 Finals", "1 Larkspurn, Vera 12 HARB-XA SCR"))

    assert sheet.entries[0].kind is Kind.SCRATCHED


def test_no_line_takes_long() -> None:
    sheet = read((*EVENT, "Heat 1 of 1 Finals", "1 " + "a" * 50_000, "1 " + "a 1 " * 70, "2 Nord, Ada 12 Gulls NT"))

    assert len(sheet.entries) == 1
    assert len(sheet.warnings) == 2
