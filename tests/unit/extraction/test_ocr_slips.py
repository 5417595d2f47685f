from __future__ import annotations

import pytest

from services.worker.extraction.ocr.slips import mended


@pytest.mark.parametrize(
    ("seen", "printed"),
    [
        ("Heat 1o0f6 Finals", "Heat 1 of 6 Finals"),
        ("Heat 2 0f 4 Finals", "Heat 2 of 4 Finals"),
        ("Heat 40f6 Finals", "Heat 4 of 6 Finals"),
        ("Heat lof 3 Finals", "Heat 1 of 3 Finals"),
        ("Heat Sof5 Finals", "Heat 5 of 5 Finals"),
        ("Heat 100f14 Finals", "Heat 10 of 14 Finals"),
        ("3. Nord, Ada 8 SEAL 35.95", "3 Nord, Ada 8 SEAL 35.95"),
        ("2 — Nord, Ada 8 SEAL 35.95", "2 Nord, Ada 8 SEAL 35.95"),
        ("2 = Nord, Ada 8 SEAL 35.95", "2 Nord, Ada 8 SEAL 35.95"),
        ("6 _Nord, Ada 8 SEAL 35.95", "6 Nord, Ada 8 SEAL 35.95"),
        ("1. (Nord, Ada 8 SEAL 35.95", "1 Nord, Ada 8 SEAL 35.95"),
        ("5 Nord, lan 7 SEAL 34.88", "5 Nord, Ian 7 SEAL 34.88"),
        ("5 Nord, Ada 13° SEAL 34.88", "5 Nord, Ada 13 SEAL 34.88"),
        ("5 Nord, Ada Mii SEAL 1:03.58", "5 Nord, Ada M11 SEAL 1:03.58"),
        ("5 Nord, Ada Wwi14 SEAL 36.10", "5 Nord, Ada W14 SEAL 36.10"),
        ("5 Nord, AdaR 12 SEAL 36.10", "5 Nord, Ada R 12 SEAL 36.10"),
        ("5 Nord, Ada 12 SEAL 3610", "5 Nord, Ada 12 SEAL 36.10"),
        ("5 Nord, Ada 12 SEAL l:O5.52", "5 Nord, Ada 12 SEAL 1:05.52"),
        ("5 Nord, Ada 12 SEAL 5:57.09LB", "5 Nord, Ada 12 SEAL 5:57.09L B"),
        ("8 D/Arvelle, Ada 11 SEAL 1:09.46", "8 D'Arvelle, Ada 11 SEAL 1:09.46"),
        ("6 SEAL Cc 1:19.84", "6 SEAL C 1:19.84"),
        ("Wettkampf 4 - 50m Brust mannlich, 3. Marz", "Wettkampf 4 - 50m Brust männlich, 3. März"),
        ("200m KURBAGALAMA", "200m KURBAĞALAMA"),
        ("12 += Pacific", "12 Pacific"),
        ("1—", "1"),
    ],
)
def test_a_slip_is_mended(seen: str, printed: str) -> None:
    assert mended([seen, "1 Reed, Bo 9 SEAL 40.00"])[0] == printed


@pytest.mark.parametrize(
    "line",
    [
        "1) Nord, Ada 15 2) Reed, Bo 14",
        "4 (Fd) Ada Nord 14 Seals 41.72",
        "5 Nord, Will 9 SEAL 36.10",
        "5 Nord, Ada M SEAL 36.10",
        "12A Girls 50 Free",
        "4-person relay",
        "Reserve, Femmes, Serie 4",
        "Bahn 1 Nord, Ada 2010 SV 1919 00:47,34",
        "2 Nord, Ada SEAL 2014",
        "Event 12 Girls 11-12 100 SC Meter Freestyle",
        "5 Reed, Zakhar - 9 SEAL 36.10",
    ],
)
def test_what_is_no_slip_stays(line: str) -> None:
    assert mended([line, "1 Reed, Bo 9 SEAL 40.00"])[0] == line


def test_a_list_of_ranks_keeps_its_points() -> None:
    ranks = ["1. Nord, Ada 2010 SV Alder 00:32,08", "2. Reed, Bo 2010 SV Alder 00:33,08"]

    assert mended(ranks) == ranks


def test_lines_of_nothing_but_dirt_are_left_out() -> None:
    assert mended(["—_ |", "Heat 1", " ~~ "]) == ["Heat 1"]
