"""Starts that no line prints, and the sheet's own counts; a whole sheet is read in each."""

from __future__ import annotations

from services.worker.extraction.layouts.printed import Printed
from services.worker.extraction.lines import Line

GERMAN = ('erzeugt mit "EasyWk" - www.easywk.de', "Seefest 2026 Seite 1", "Abschnitt 1 - Samstag 18.07.2026")
HEADS = "Bahn Schwimmer Jg. Verein Meldezeit"


def starts(*texts: str) -> list[tuple[str | None, bool, int | None]]:
    """Start, whether it is estimated, and seconds swum before, of each entry."""
    sheet = Printed().read([[Line(1, text) for text in texts]])
    return [(e.heat_start_time, e.heat_start_estimated, e.swum_before_seconds) for e in sheet.entries]


def warnings(*texts: str) -> list[str]:
    return [warning.message for warning in Printed().read([[Line(1, text) for text in texts]]).warnings]


def heat(number: int, seed: str, start: str = "") -> tuple[str, str, str]:
    return f"Lauf {number} {start}".strip(), HEADS, f"Bahn 1 Larkspurn, Vera 2012 Seerose {seed}"


def test_heats_follow_the_start_of_their_event_by_their_slowest_seeds() -> None:
    event = "Wettkampf 1 - 400m Freistil weiblich (ca. 08:30 Uhr)"

    assert starts(*GERMAN, event, *heat(1, "05:00,00"), *heat(2, "04:30,00"), *heat(3, "04:00,00")) == [
        ("08:30", False, 0),
        ("08:35", True, 300),
        ("08:40", True, 570),
    ]


def test_the_first_heat_follows_the_start_of_its_session_and_the_next_event_the_first() -> None:
    event = "Wettkampf 1 - 400m Freistil weiblich"
    following = "Wettkampf 2 - 400m Freistil männlich"

    assert starts(*GERMAN, "Beginn: 08:30 Uhr", event, *heat(1, "05:00,00"), following, *heat(1, "04:30,00")) == [
        ("08:30", True, 0),
        ("08:35", True, 0),
    ]


def test_an_event_that_others_may_come_before_has_no_estimate() -> None:
    first, later = "Wettkampf 1 - 400m Freistil (ca. 08:30 Uhr)", "Wettkampf 60 - 400m Lagen"

    assert starts(*GERMAN, first, *heat(1, "05:00,00"), later, *heat(1, "05:00,00"))[1] == (None, False, 0)


def test_a_printed_start_stays_and_sets_the_clock() -> None:
    event = "Wettkampf 1 - 400m Freistil weiblich (ca. 08:30 Uhr)"

    assert starts(
        *GERMAN, event, *heat(1, "05:00,00"), *heat(2, "05:00,00", "(ca. 09:00 Uhr)"), *heat(3, "05:00,00")
    ) == [("08:30", False, 0), ("09:00", False, 300), ("09:05", True, 600)]


def test_heats_do_not_run_into_the_next_event() -> None:
    first, second = "Wettkampf 1 - 400m Freistil (ca. 08:30 Uhr)", "Wettkampf 2 - 400m Lagen (ca. 08:36 Uhr)"

    assert [
        start
        for start, _, _ in starts(
            *GERMAN, first, *heat(1, "05:00,00"), *heat(2, "05:00,00"), second, *heat(1, "05:00,00")
        )
    ] == ["08:30", "08:33", "08:36"]


def test_without_a_seed_a_heat_lasts_as_the_others() -> None:
    event = "Wettkampf 1 - 400m Freistil weiblich (ca. 08:30 Uhr)"

    assert starts(*GERMAN, event, *heat(1, "00:00,00"), *heat(2, "04:00,00"))[1] == ("08:34", True, 240)


def test_nothing_is_estimated_from_nothing_nor_past_midnight() -> None:
    late = "Wettkampf 1 - 1500m Freistil weiblich (ca. 23:50 Uhr)"

    assert starts(*GERMAN, "Wettkampf 1 - 50m Freistil", *heat(1, "00:40,00"))[0][:2] == (None, False)
    assert starts(*GERMAN, late, *heat(1, "20:00,00"), *heat(2, "20:00,00"))[1][:2] == (None, False)


def test_the_part_of_an_event_that_is_held_later_does_not_follow_its_start() -> None:
    event = "Wettkampf 1 - 400m Freistil weiblich"
    text = (*GERMAN, f"{event} (ca. 08:30 Uhr)", *heat(1, "05:00,00"), "Wettkampf 2 - 50m Brust", *heat(1, "00:00,00"))

    assert starts(*text, event, *heat(2, "05:00,00"))[2] == (None, False, None)


def test_counts_that_agree_are_no_warning() -> None:
    event = "Wettkampf 1 - 400m Freistil weiblich (1 Läufe) (ca. 08:30 Uhr)"

    assert warnings(*GERMAN, "Alle Vereine 1/ 0 1/ 0 1/ 0", event, *heat(1, "05:00,00")) == []


def test_counts_that_differ_are_told_with_both_numbers() -> None:
    event = "Wettkampf 1 - 400m Freistil weiblich (3 Läufe) (ca. 08:30 Uhr)"

    assert warnings(*GERMAN, "Alle Vereine 9/ 2 12/ 3 12/ 3", event, *heat(1, "05:00,00")) == [
        "Event 1 has 3 heats by its own count, and 1 of them were read.",
        "The sheet counts 12 entries in all; 1 were read.",
        "The sheet counts 3 relays in all; 0 were read.",
    ]
