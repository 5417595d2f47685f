"""Where a name ends, in rows without an age between it and the team; all of them are made up."""

from __future__ import annotations

from services.worker.extraction.layouts.teams import longest, settle


def test_a_team_that_other_rows_name_is_taken_whole() -> None:
    known = {"Pike River", "River", "Gulls"}

    assert settle(["Oakenfold, Saga Lee Pike River"], ["Nord, Bea"], known) == [("Oakenfold, Saga Lee", "Pike River")]


def test_what_several_swimmers_share_is_their_team_and_not_a_given_name() -> None:
    texts = ["Nord, Bea Lee Reef Rock", "Oakenfold, Saga Reef Rock", "Larkspurn, Vera J Reef Rock"]

    assert settle(texts, [], set()) == [
        ("Nord, Bea Lee", "Reef Rock"),
        ("Oakenfold, Saga", "Reef Rock"),
        ("Larkspurn, Vera J", "Reef Rock"),
    ]


def test_alone_a_given_name_and_its_initials_are_the_name() -> None:
    assert settle(["Larkspurn, Vera J Harbour High"], [], set()) == [("Larkspurn, Vera J", "Harbour High")]


def test_a_surname_in_capitals_ends_the_name_where_names_have_no_comma() -> None:
    assert settle(["Derya Nur ALTINEL Racek Voda, z.s."], ["Lina GÖKSU"], set()) == [
        ("Derya Nur ALTINEL", "Racek Voda, z.s.")
    ]


def test_a_mark_of_the_entry_goes_with_the_team() -> None:
    assert settle(["Derya ALTINEL (Tk) Göl Koleji"], ["Lina GÖKSU"], {"Göl Koleji"}) == [
        ("Derya ALTINEL", "(Tk) Göl Koleji")
    ]
    assert longest("Derya ALTINEL (Tk) 23 Nisan", ["23 Nisan"]) == ("Derya ALTINEL", "(Tk) 23 Nisan")


def test_words_without_any_sign_are_left_open() -> None:
    assert settle(["Derya Altinel Göl Koleji"], ["Lina GÖKSU"], set()) == [None]
    assert longest("Göl Koleji", ["Göl Koleji"]) is None
